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
    limit,
    not_applicable,
    number,
    passed,
    percent,
    raised,
    rule,
    term,
    text,
    words,
)
from pipeline.rules.size import WIDE_HALF

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
    "CLAIM-03",
    "claims",
    subject="Published figures: whether the stated protocol gives them",
    title="Published figures that the stated protocol does not give",
    why="With the right labels the stated protocol gives other figures: what was done differs from "
    "what was described.",
    action="Do not build on the published figures, nor on the reasons given for them.",
    references=("baggerly2009",),
)
def not_reproduced(results: Results) -> Verdict:
    """Raise CLAIM-03: the stated protocol, with the right labels, gives other figures."""
    followed = [claim for claim in results.claims if claim.rerun.own and not claim.rerun.not_run]
    if not followed:
        return _nothing(results, "The stated protocol could not be followed.")
    found = [claim for claim in followed if not _reproduced(claim)]
    claim = found[0] if found else followed[0]
    path = f"claims[{claim.key}]"
    terms = (
        *_first(found or followed[:1]),
        text("model", f"{path}.models[0].noun"),
        count("n_right", f"{path}.rerun.own[0].n_correct"),
        count("n_test", f"{path}.rerun.own[0].n_test"),
        count("n_fitting", f"{path}.rerun.n_fitting"),
        count("n_seeds", f"{path}.n_seeds"),
    )
    template = (
        "{n_right} of {n_test} right with {model}, every figure at {n_fitting} of {n_seeds} seeds."
    )
    if not found:
        return passed(results, "{source}: " + template, *terms)
    return raised(
        "warning",
        results,
        "The protocol of “{source}”, with the labels of this report, does not give {figures}: "
        + template
        + "{also}",
        *terms,
        words("figures", _figures(claim)),
    )


@rule(
    "CLAIM-04",
    "claims",
    subject="Published figures: whether a defect gives them",
    title="Published figures that only a mistake gives",
    why="The figures measure the mistake and not the models; neither they nor the reasons given "
    "for them say anything of the data.",
    action="Do not quote them. Quote the corrected figures, and tell the authors.",
    references=("baggerly2009", "kapoor2023"),
)
def only_by_defect(results: Results) -> Verdict:
    """Raise CLAIM-04: a named defect, and nothing else, gives every published figure."""
    if not results.claims:
        return not_applicable(NOTHING_CLAIMED)
    found = [c for c in results.claims if c.reproducing and not _reproduced(c)]
    if not found:
        first = results.claims[0]
        return passed(
            results,
            "{source}: of {n_trials} variants of {n_defects} defects none gives every figure, or "
            "none is needed.",
            *_source(first),
            count("n_trials", f"claims[{first.key}].n_trials"),
            count("n_defects", f"count(claims[{first.key}].hypotheses)"),
        )
    claim, hypothesis = found[0], found[0].reproducing
    path = f"claims[{claim.key}].hypotheses[{hypothesis.key if hypothesis else ''}]"
    trial = f"{path}.trials[{hypothesis.best if hypothesis else ''}]"
    return raised(
        "error",
        results,
        "One mistake gives all figures of “{source}” ({figures}) to the printed digit: {defect}. "
        "Of {n_samples} samples {n_other} then carry the label of another, {n_wrong} of them the "
        "wrong class. With the labels of this report {model} is right on {n_right} of {n_test}."
        "{also}",
        *_first(found),
        words("figures", _figures(claim)),
        text("defect", f"{path}.label"),
        count("n_samples", f"{trial}.n_samples"),
        count("n_other", f"{trial}.n_other"),
        count("n_wrong", f"{trial}.n_wrong"),
        text("model", f"claims[{claim.key}].models[0].noun"),
        count("n_right", f"claims[{claim.key}].corrected.runs[0].n_correct"),
        count("n_test", f"claims[{claim.key}].corrected.runs[0].n_test"),
    )


@rule(
    "CLAIM-05",
    "claims",
    subject="Published figures: the interval that they leave",
    title="Published figures on very few samples",
    why="So few samples leave room for nearly any accuracy; what is read into the figure may be "
    "chance.",
    action="Quote it with its interval, if at all.",
    references=("wilson1927",),
)
def wide_claim(results: Results) -> Verdict:
    """Raise CLAIM-05: the counts behind a published figure leave a wide interval."""
    known = [
        (claim, f"claims[{claim.key}].figures[{i}]")
        for claim in results.claims
        for i, figure in enumerate(claim.figures)
        if figure.measure == "accuracy" and figure.interval
    ]
    if not known:
        return _nothing(results, "The counts behind the published accuracy are not known.")

    def half(figure: str) -> str:
        return f"ratio(difference({figure}.interval.high, {figure}.interval.low), 2)"

    found = [pair for pair in known if number(results, half(pair[1])) > WIDE_HALF]
    claim, figure = found[0] if found else known[0]
    terms = (
        *_first([c for c, _ in found] or [claim]),
        text("figure", f"{figure}.text"),
        decimal("low", f"{figure}.interval.low"),
        decimal("high", f"{figure}.interval.high"),
        term("half", half(figure), "points"),
    )
    template = (
        "The accuracy of “{source}”, {figure}, has a 95 % interval from {low} to {high}, on "
        "average {half} percentage points to each side"
    )
    if not found:
        bound = limit(WIDE_HALF, "points")
        return passed(results, f"{template}; limit {{limit}}.", *terms, bound)
    return raised("note", results, f"{template}.{{also}}", *terms)


@rule(
    "CLAIM-06",
    "claims",
    subject="Published figures: how their samples were held out",
    title="Published figures of another protocol",
    why="Accuracies on other samples, or on samples held out otherwise, differ for that reason "
    "alone.",
    action="Compare the published figures with the re-run of their own protocol, not with the "
    "headline.",
    references=("collins2024",),
)
def other_protocol(results: Results) -> Verdict:
    """Raise CLAIM-06: published figures and headline are of different protocols."""
    if not results.claims:
        return not_applicable(NOTHING_CLAIMED)
    headline = results.primary.protocol
    found = [claim for claim in results.claims if _protocol(claim) != headline]
    label = text("label", f"protocols[{headline}].label")
    if not found:
        return passed(results, "Both by the same: {label}.", label)
    path = f"claims[{found[0].key}]"
    held_out = {
        "holdout": ("{share} of the samples held out at random", "share", "test_share"),
        "cv": ("cross-validation in {n_folds} folds", "n_folds", "n_folds"),
    }.get(_protocol(found[0]))
    template, *terms = "the given test set", *_first(found), label
    if held_out:
        template, name, field = held_out
        make = percent if name == "share" else count
        terms.append(make(name, f"{path}.{field}"))
    return raised(
        "note",
        results,
        "The figures of “{source}” are of " + template + ", the headline is of: {label}.{also}",
        *terms,
    )


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
