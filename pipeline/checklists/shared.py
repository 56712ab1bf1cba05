"""Answers that more than one checklist asks for."""

from pipeline.checklists.answers import Answer, answered, author, because
from pipeline.results import Results
from pipeline.rules.rule import count, decimal, percent, text

GENES = text("genes", "study.gene_noun_plural")
SAMPLES = text("samples", "study.sample_noun_plural")

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
    """Say how many independent samples there are.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Answer
        Their number, or that there are none.
    """
    if results.data.n_test:
        n = count("n", "data.n_test")
        return answered("models", "Independent test set of {n} {samples}.", n, SAMPLES)(results)
    return author("No independent {samples}: none is shown.", SAMPLES, section="models")(results)


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
    return answered("models", "Sources held out as a whole: {n} {samples}.", n, SAMPLES)(results)


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
    n = count("n", "count(audit.duplicates.left_out)")
    return answered("audit", f"{{n}} {{samples}} {what}.", n, SAMPLES)(results)
