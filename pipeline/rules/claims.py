"""Rules on published figures: whether they can be, what gives them, what they are worth.

A study may put several sets of figures to the test; each rule tells of the first that raises it,
and names the others.
"""

from collections.abc import Sequence

from pipeline.records.claims import Claim
from pipeline.results import Results
from pipeline.rules.rule import (
    Term,
    Verdict,
    count,
    decimal,
    not_applicable,
    passed,
    percent,
    raised,
    rule,
    text,
    words,
)

NOTHING_CLAIMED = "The study names no published figures."


@rule(
    "CLAIM-01",
    "claims",
    subject="Published figures: whether any counts give them",
    title="Published figures that cannot be",
    why="Accuracy and the scores of the classes come from one table of counts. Where no table "
    "gives them all, at least one is wrong, or they are of different runs.",
    action="Do not quote these figures; ask for the counts.",
    references=("brown2017",),
)
def impossible(results: Results) -> Verdict:
    """Raise CLAIM-01: no confusion matrix gives the published figures."""
    searched = [claim for claim in results.claims if not claim.arithmetic.not_run]
    if not searched:
        return _nothing(results, "The counts behind the published figures could not be searched.")
    found = [claim for claim in searched if not claim.arithmetic.possible]
    if not found:
        return passed(
            results,
            "{source}: test sets of {n_sizes} of the sizes up to {largest} can give them.",
            *_source(searched[0]),
            count("n_sizes", f"count(claims[{searched[0].key}].arithmetic.sizes)"),
            count("largest", f"claims[{searched[0].key}].arithmetic.largest"),
        )
    return raised(
        "error",
        results,
        "No confusion matrix of up to {largest} test samples gives all figures of “{source}”: "
        "{figures}.{also}",
        count("largest", f"claims[{found[0].key}].arithmetic.largest"),
        *_first(found),
        words("figures", _figures(found[0])),
    )


@rule(
    "CLAIM-02",
    "claims",
    subject="Published figures: whether they fit the stated number of samples",
    title="Published figures of another number of samples",
    why="The figures can be, but not on as many samples as are stated: figures or numbers are of "
    "another run than the one described.",
    action="Ask for the counts, and which samples were tested.",
    references=("brown2017",),
)
def other_size(results: Results) -> Verdict:
    """Raise CLAIM-02: the figures fit no test set of the stated size."""
    stated = [
        claim
        for claim in results.claims
        if claim.arithmetic.possible and claim.arithmetic.possible_as_stated is not None
    ]
    if not stated:
        return _nothing(results, "No number of samples is stated with figures that can be.")
    found = [claim for claim in stated if not claim.arithmetic.possible_as_stated]
    if not found:
        path = f"claims[{stated[0].key}].arithmetic"
        return passed(
            results,
            "{source}: sets of counts that fit a stated size: {n_fits}.",
            *_source(stated[0]),
            count("n_fits", f"{path}.n_fits"),
        )
    path = f"claims[{found[0].key}].arithmetic"
    sizes = " or ".join(map(str, found[0].arithmetic.stated_sizes))
    return raised(
        "warning",
        results,
        "The stated numbers of samples leave test sets of {sizes}; the figures of “{source}” fit "
        "{n_sizes} other sizes, {smallest} samples at least.{also}",
        words("sizes", sizes),
        *_first(found),
        count("n_sizes", f"count({path}.sizes)"),
        count("smallest", f"smallest({path}.sizes)"),
    )


@rule(
    "CLAIM-04",
    "claims",
    subject="Published figures: whether right labels give them, what does, and how wide they are",
    title="Published figures that are not reproducible",
    why="Figures that right labels do not give measure something else than the models, and the "
    "reasons given for them explain nothing. Which mistake was made they show less surely: "
    "labels that say nothing give them now and then as well.",
    action="Do not quote them, nor the reasons given for them; quote the corrected figures, and "
    "ask for the counts and for how labels were joined.",
    references=("baggerly2009", "kapoor2023", "wilson1927"),
)
def not_reproducible(results: Results) -> Verdict:
    """Raise CLAIM-04: the stated protocol, with the right labels, gives other figures.

    In parts: whether right labels give the figures, how often labels at random and joins by
    position do, which mistake gives all of them, what right labels give, and how wide the
    figures are. It passes where right labels do give them.
    """
    if not results.claims:
        return not_applicable(NOTHING_CLAIMED)
    followed = [claim for claim in results.claims if claim.rerun.own and not claim.rerun.not_run]
    found = [c for c in results.claims if not _reproduced(c) and (c in followed or c.reproducing)]
    if not found and not followed:
        return not_applicable("The stated protocol could not be followed.")
    claim = found[0] if found else followed[0]
    written = [_by_right_labels(claim)]
    if found:
        written += [_by_chance(claim), _by_mistake(claim), _corrected(claim)]
    written += [_width(claim), _by_another_protocol(results, claim)]
    template = "Figures of “{source}”: {figures}. " + " ".join(text for text, _ in written if text)
    terms = [term for _, terms in written for term in terms]
    known = (*_first(found or [claim]), words("figures", _figures(claim)))
    if found:
        return raised("warning", results, template + "{also}", *known, *terms)
    return passed(results, template + "{also}", *known, *terms)


Part = tuple[str, tuple[Term, ...]]
"""A sentence of a caveat and its values; without text where there is nothing to say."""

NOTHING: Part = ("", ())


def _by_right_labels(claim: Claim) -> Part:
    """How often the stated protocol gives the figures."""
    if claim.rerun.not_run or not claim.rerun.own:
        return NOTHING
    path = f"claims[{claim.key}]"
    if claim.n_seeds:
        return (
            "Right labels give all of them at {n_fitting} of {n_seeds} seeds.",
            (
                count("n_fitting", f"{path}.rerun.n_fitting"),
                count("n_seeds", f"{path}.n_seeds"),
            ),
        )
    return (
        "With right labels {own_model} gets {own_right} of {own_test}.",
        (
            text("own_model", f"{path}.models[0].noun"),
            count("own_right", f"{path}.rerun.own[0].n_correct"),
            count("own_test", f"{path}.rerun.own[0].n_test"),
        ),
    )


def _by_chance(claim: Claim) -> Part:
    """How often labels at random, and joins by position, give the figures."""
    record, path = claim.chance, f"claims[{claim.key}].chance"
    if record is None:
        return NOTHING
    sentence = "Labels at random do at {n_random}"
    terms = [count("n_random", f"{path}.n_random")]
    if record.n_joins:
        sentence += ", at least one of {n_joins} joins by position at {n_any_join}"
        terms += [count("n_joins", f"{path}.n_joins"), count("n_any_join", f"{path}.n_any_join")]
    return f"{sentence}.", tuple(terms)


def _by_mistake(claim: Claim) -> Part:
    """Which mistake gives every figure at the stated seed, and how often at others."""
    hypothesis = claim.reproducing
    tried = (count("n_trials", f"claims[{claim.key}].n_trials"),)
    if hypothesis is None or hypothesis.best_trial is None:
        return "None of {n_trials} mistakes that were tried gives all of them.", tried
    path = f"claims[{claim.key}].hypotheses[{hypothesis.key}]"
    trial = f"{path}.trials[{hypothesis.best}]"
    with_size = "" if claim.n_samples is None else ", and the stated number of samples"
    often = ", and at {n_defect} of the seeds" if hypothesis.best_trial.n_seeds else ""
    return (
        "One of {n_trials} mistakes that were tried gives all of them at the stated seed"
        + with_size
        + often
        + ": {defect}; {n_other} of {n_samples} samples then carry the label of another, {n_wrong} "
        "of them the wrong class.",
        (
            *tried,
            *([count("n_defect", f"{trial}.n_fitting")] if often else []),
            text("defect", f"{path}.label"),
            count("n_samples", f"{trial}.n_samples"),
            count("n_other", f"{trial}.n_other"),
            count("n_wrong", f"{trial}.n_wrong"),
        ),
    )


def _corrected(claim: Claim) -> Part:
    """What right labels give, at the optimum and by the library's own tolerance."""
    path = f"claims[{claim.key}].corrected"
    terms = [
        text("model", f"claims[{claim.key}].models[0].noun"),
        count("n_right", f"{path}.runs[0].n_correct"),
        count("n_test", f"{path}.runs[0].n_test"),
    ]
    sentence = "With right labels {model} gets {n_right} of {n_test} samples that it never saw"
    library = [run.key for run in claim.corrected.library]
    if claim.corrected.runs[0].key in library:
        sentence += " ({n_library} as scikit-learn's defaults fit it)"
        place = library.index(claim.corrected.runs[0].key)
        terms.append(count("n_library", f"{path}.library[{place}].n_correct"))
    return f"{sentence}.", tuple(terms)


def _width(claim: Claim) -> Part:
    """The interval that the counts behind the accuracy leave."""
    places = [
        i for i, f in enumerate(claim.figures) if f.measure == "accuracy" and f.interval is not None
    ]
    if not places:
        return NOTHING
    figure = f"claims[{claim.key}].figures[{places[0]}]"
    return (
        "The accuracy's own counts leave it a 95 % interval from {low} to {high}.",
        (
            decimal("low", f"{figure}.interval.low"),
            decimal("high", f"{figure}.interval.high"),
        ),
    )


def _by_another_protocol(results: Results, claim: Claim) -> Part:
    """How samples were held out, where the headline's were held out otherwise."""
    if _protocol(claim) == results.primary.protocol:
        return NOTHING
    path = f"claims[{claim.key}]"
    label = text("label", f"protocols[{results.primary.protocol}].label")
    terms: tuple[Term, ...]
    if claim.test_share is not None:
        held, terms = "{share} held out at random", (percent("share", f"{path}.test_share"), label)
    elif claim.n_folds is not None:
        held = "cross-validation in {n_folds} folds"
        terms = (count("n_folds", f"{path}.n_folds"), label)
    else:
        held, terms = "the given test set", (label,)
    return f"They are of {held}, the headline of: {{label}}.", terms


def _protocol(claim: Claim) -> str:
    """The report's protocol that is like that of a claim."""
    if claim.test_share is not None:
        return "holdout"
    return "cv" if claim.n_folds is not None else "given"


def _reproduced(claim: Claim) -> bool:
    """Whether the stated protocol gives every figure, at the stated seed or at any."""
    return claim.rerun.exact if claim.seed_is_stated else claim.rerun.n_fitting > 0


def _nothing(results: Results, reason: str) -> Verdict:
    """Say why a rule does not apply: for want of claims, or for a reason of its own."""
    return not_applicable(reason if results.claims else NOTHING_CLAIMED)


def _source(claim: Claim) -> tuple[Term, ...]:
    """Where the figures of a claim were published."""
    return (text("source", f"claims[{claim.key}].source"),)


def _first(found: Sequence[Claim]) -> tuple[Term, ...]:
    """The source of the first claim, and those of the others."""
    others = "; ".join(claim.source for claim in found[1:])
    return (*_source(found[0]), words("also", f" The same holds of: {others}." if others else ""))


def _figures(claim: Claim) -> str:
    """The published figures as they were printed."""
    return ", ".join(
        f"{figure.measure} {figure.text}"
        if figure.label is None
        else f"{figure.measure.replace('f1', 'F1')} of {figure.label} {figure.text}"
        for figure in claim.figures
    )
