"""Answers that more than one checklist asks for."""

from pipeline.checklists.answers import Answer, answered, author, because
from pipeline.results import Results
from pipeline.rules.rule import Term, count, decimal, percent, text

GENES = text("genes", "study.gene_noun_plural")
SAMPLES = text("samples", "study.sample_noun_plural")

MADE_BY = "What is not in the files stays with the author: "
"""How an answer ends that the results give in part."""

files = answered("data", "{n} files, each with its hash.", count("n", "count(data.source.files)"))
program = answered(
    "provenance",
    "{program} {version}, with all settings and versions.",
    text("program", "provenance.program"),
    text("version", "provenance.version"),
)
missing = answered(
    "audit",
    "{n} of {n_values} values are missing ({share}).",
    count("n", "audit.missing.n"),
    count("n_values", "audit.missing.n_values"),
    percent("share", "audit.missing.share"),
)
classes = answered(
    "data",
    "{n} classes; {smallest} is the smallest ({share}).",
    count("n", "count(data.classes)"),
    text("smallest", "data.smallest_class"),
    percent("share", "data.smallest_share"),
)
measures = answered(
    "models",
    "Accuracy, rates by class, ROC and probability scores; each is explained at its table.",
)


def classes_by_part(results: Results) -> tuple[str, tuple[Term, ...]]:
    """Write how many samples of each class train and test.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    template : str
        `… training samples (… of each class)`, and the test samples where there are any.
    terms : tuple of callable
        Its values.
    """
    parts = ("train", "test") if results.data.n_test else ("train",)
    words_of = {"train": "to train", "test": "to test"}
    pieces, terms = [], [SAMPLES]
    for part in parts:
        pieces.append(f"{{n_{part}}} {{samples}} {words_of[part]} (")
        terms.append(count(f"n_{part}", f"data.n_{part}"))
        each = []
        for place in range(len(results.data.classes)):
            path = f"data.classes[{place}]"
            each.append(f"{{n_{part}_{place}}} {{label_{part}_{place}}}")
            terms.append(count(f"n_{part}_{place}", f"{path}.n_{part}"))
            terms.append(text(f"label_{part}_{place}", f"{path}.label"))
        pieces[-1] += ", ".join(each) + ")"
    return ", ".join(pieces), tuple(terms)


def outcome(results: Results) -> Answer:
    """Say what is predicted; how it was assessed is not in the files.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Answer
        For the author, with the classes.
    """
    template, terms = classes_by_part(results)
    return author(
        "Predicted is the class: " + template + ". " + MADE_BY + "how and when it was assessed.",
        *terms,
        section="data",
    )(results)


def flow(results: Results) -> Answer:
    """Count the samples with each outcome, from the files to the analysis.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Answer
        The numbers by class and part, and those left out.
    """
    template, terms = classes_by_part(results)
    return answered(
        "data",
        template + "; {n_out} left out as duplicates.",
        *terms,
        count("n_out", LEFT_OUT),
    )(results)


def numbers(results: Results) -> Answer:
    """Count the samples and outcomes of development, tuning and evaluation.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Answer
        The numbers; tables give those of every other analysis.
    """
    template, terms = classes_by_part(results)
    key = results.primary.protocol
    return answered(
        "models",
        "Headline: " + template + "; settings chosen on {n_tuning} of them, in {n_inner} folds. "
        "The note of each table has its own.",
        *terms,
        count("n_tuning", f"protocols[{key}].n_train"),
        count("n_inner", f"protocols[{key}].n_inner_folds"),
    )(results)


def origin(results: Results) -> Answer:
    """Say what is known of the samples beside their class.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Answer
        The number of covariates; for the author where there is none.
    """
    if results.data.covariates:
        n = count("n", "count(data.covariates)")
        return answered("audit", "{n} covariates, counted by class and part.", n)(results)
    return author("Nothing is known but the class.", section="audit")(results)


def independent(results: Results) -> Answer:
    """Say that no samples of another study were examined.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Answer
        For the author, with the number of test samples of the same study.
    """
    if results.data.n_test:
        n = count("n", "data.n_test")
        return author(
            "None was examined: the {n} test {samples} come with the training {samples}, and are "
            "of the same study.",
            n,
            SAMPLES,
            section="models",
        )(results)
    return author(
        "None was examined: there are no {samples} of another study.", SAMPLES, section="models"
    )(results)


def use(results: Results) -> Answer:
    """Say which samples train and which test.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Answer
        The sizes of both parts, or that all are used for training.
    """
    n_train, n_test = count("n_train", "data.n_train"), count("n_test", "data.n_test")
    if results.data.n_test:
        parts = "{n_train} training and {n_test} test {samples}, and all of them held out in turn."
        return answered("models", parts, n_train, n_test, SAMPLES)(results)
    return answered("models", "{n_train} {samples}, held out in turn.", n_train, SAMPLES)(results)


def sources(results: Results) -> Answer:
    """Say whether sources of samples were held out as a whole.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Answer
        The number of samples; not applicable, with the reason, where none could be.
    """
    protocol = next((p for p in results.protocols if p.design == "leave-one-source-out"), None)
    if protocol is None:
        return because(results, "no source was named", "models")
    if protocol.unavailable:
        return because(results, protocol.unavailable, "models")
    n = count("n", f"count(protocols[{protocol.key}].sample_ids)")
    n_folds = count("n_folds", f"protocols[{protocol.key}].n_folds")
    noun = "source was" if protocol.n_folds == 1 else "sources were"
    return answered(
        "models",
        f"{{n_folds}} {noun} held out as a whole, {{n}} {{samples}}: a source can be where the "
        "others hold every class.",
        n_folds,
        n,
        SAMPLES,
    )(results)


def tuning(results: Results) -> Answer:
    """Say where settings were chosen.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Answer
        The number of inner folds.
    """
    key = results.primary.protocol
    return answered(
        "models",
        "Settings chosen in {n}-fold inner cross-validation, from values listed with each model.",
        count("n", f"protocols[{key}].n_inner_folds"),
    )(results)


def performance(results: Results) -> Answer:
    """Give the headline's accuracy.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Answer
        With its interval.
    """
    path = f"evaluations[{results.primary.key}]"
    return answered(
        "models",
        "Accuracy {accuracy}, 95 % interval {low} to {high}. The tables give intervals of "
        "accuracy, balanced accuracy, F1, MCC, Brier score and area under the ROC curve, of rates "
        "on a single split, of differences between models, and none of log loss.",
        decimal("accuracy", f"{path}.accuracy"),
        decimal("low", f"{path}.accuracy_interval.low"),
        decimal("high", f"{path}.accuracy_interval.high"),
    )(results)


LEFT_OUT = "count(audit.duplicates.left_out)"
"""Path of the number of samples that were left out, or found twice and kept."""


def left_out(results: Results) -> Answer:
    """Say how many samples were left out as duplicates.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Answer
        Their number, or that they were kept.
    """
    record = results.audit.duplicates
    what = "found twice and kept" if record.kept else "left out as duplicates"
    n = count("n", LEFT_OUT)
    return answered("audit", f"{{n}} {{samples}} {what}.", n, SAMPLES)(results)
