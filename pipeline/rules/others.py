"""Rules on the headline's model beside the others: far worse than they, or not told apart."""

from pipeline.records.models import Comparison, Evaluation
from pipeline.results import Results
from pipeline.rules.chance import ALPHA
from pipeline.rules.rule import (
    Term,
    Verdict,
    count,
    limit,
    not_applicable,
    passed,
    raised,
    rule,
    term,
    text,
    words,
)

# Our choice: a model that makes at most half as many errors on the same samples, beyond chance,
# says another thing about the data than the headline's does.
FAR = 2


@rule(
    "MODEL-06",
    "models",
    subject="Errors of the headline’s model beside those of the others",
    title="Other models do far better than the headline’s",
    why="The headline’s model was fixed beforehand, so that its figure is honest; but it is what "
    "this model makes of the data, not what the data allow. Read alone it hides that the classes "
    "can be told apart far better.",
    action="Do not read the headline as what these data allow. Look at what the better models rest "
    "on, and whether a fault or a confounder explains it; then name one of them beforehand, and "
    "judge it on new {samples}.",
    references=("holm1979", "nadeau2003", "mcnemar1947"),
)
def others_far_better(results: Results) -> Verdict:
    """Raise MODEL-06: other models make half the headline's errors or fewer, beyond chance."""
    protocols = dict.fromkeys((results.primary.protocol, "cv"))
    looked = [key for key in protocols if _pairs(results, key)]
    if not looked:
        return not_applicable("The headline’s model was compared with no other.")
    better = {key: _far_better(results, key) for key in looked}
    protocol = max(looked, key=lambda key: len(better[key]))
    if not better[protocol]:
        pairs = [pair for key in looked for pair in _pairs(results, key)]
        paths = ", ".join(f"comparisons[{pair.key}]" for pair in pairs)
        return passed(
            results,
            "None of {n} comparisons with another model finds one with at most half of the "
            "errors of {model}, beyond chance; limit {limit}.",
            count("n", f"count({paths})"),
            text("model", f"models[{results.primary.model}].noun"),
            limit(ALPHA, "number"),
        )
    return raised("error", results, *_told(results, protocol, better[protocol]))


def _told(
    results: Results, protocol: str, better: list[tuple[Comparison, Evaluation]]
) -> tuple[str, *tuple[Term, ...]]:
    """Name the better models, their errors and the test."""
    model = results.primary.model
    here = f"evaluations[{protocol}/{model}]"
    worst = max((pair for pair, _ in better), key=lambda pair: pair.p_headline or 0.0)
    errors = ", ".join(f"evaluations[{e.key}].n_errors" for _, e in better)
    one = len(better) == 1
    return (
        "{protocol}: {model} makes {n_errors} errors in {n} predictions; "
        + ("another model makes {fewest}" if one else "{n_better} other models make at most half")
        + ", beyond chance: {names}"
        + ("." if one else ", the best of them {fewest}.")
        + " The largest p-value among them, after Holm’s adjustment over the pairs with the "
        "headline’s model, is {p} ({test}).",
        text("protocol", f"protocols[{protocol}].label"),
        text("model", f"models[{model}].noun"),
        count("n_errors", f"{here}.n_errors"),
        count("n", f"{here}.n_predictions"),
        count("fewest", f"smallest({errors})"),
        words("names", ", ".join(results.model(e.model).noun for _, e in better)),
        text("test", f"comparisons[{worst.key}].test"),
        term("p", f"comparisons[{worst.key}].p_headline", "p_value"),
        *(() if one else (count("n_better", f"count({errors})"),)),
    )


def _pairs(results: Results, protocol: str) -> list[Comparison]:
    """Comparisons of the headline's model with every other but the baseline."""
    return [
        pair
        for pair in results.comparisons
        if pair.protocol == protocol and pair.p_headline is not None
    ]


def _other(results: Results, pair: Comparison) -> str:
    """The model that the headline's is compared with."""
    return pair.second if pair.first == results.primary.model else pair.first


def _far_better(results: Results, protocol: str) -> list[tuple[Comparison, Evaluation]]:
    """Models with half the headline's errors or fewer, beyond chance, the best first."""
    own = results.evaluation(protocol, results.primary.model)
    if own is None:
        return []
    found = []
    for pair in _pairs(results, protocol):
        other = results.evaluation(protocol, _other(results, pair))
        if other is None or other.n_errors >= own.n_errors:
            continue
        if FAR * other.n_errors <= own.n_errors and (pair.p_headline or 0.0) < ALPHA:
            found.append((pair, other))
    return sorted(found, key=lambda pair: pair[1].n_errors)


@rule(
    "SPLIT-02",
    "models",
    subject="Differences between models on the samples of the headline",
    title="Too few samples to tell the models apart",
    why="That no difference was found is no sign that there is none: which model comes first on so "
    "few samples is chance.",
    action="Do not choose a model by these samples; prefer the simplest. Read the margin: "
    "differences beyond it are excluded.",
    references=("mcnemar1947", "holm1979", "tango1998"),
)
def not_told_apart(results: Results) -> Verdict:
    """Raise SPLIT-02: no two models differ beyond chance on the samples of the headline."""
    protocol = results.protocol(results.primary.protocol)
    models = [model.key for model in results.models if not model.is_baseline]
    pairs = [
        pair
        for pair in results.comparisons
        if pair.protocol == protocol.key and {pair.first, pair.second} <= set(models)
    ]
    margins = [pair for pair in _pairs(results, protocol.key) if pair.margin is not None]
    if not margins:
        return not_applicable("No two models were compared there.")
    closest = min(pairs, key=lambda pair: pair.p_adjusted)
    terms = (
        text("protocol", f"protocols[{protocol.key}].label"),
        count("n", f"count(protocols[{protocol.key}].sample_ids)"),
        count("n_models", f"count({', '.join(f'models[{key}]' for key in models)})"),
        term("p", f"comparisons[{closest.key}].p_adjusted", "p_value"),
    )
    if closest.p_adjusted < ALPHA:
        return passed(
            results,
            "{protocol}, {n} samples: the smallest adjusted p-value between two of {n_models} "
            "models is {p}; limit {limit}.",
            *terms,
            limit(ALPHA, "number"),
        )
    widest = ", ".join(f"comparisons[{pair.key}].margin" for pair in margins)
    power = next((power for power in results.powers if power.key == protocol.key), None)
    return raised(
        "warning" if protocol.design == "split" else "note",
        results,
        "{protocol}: on {n} held-out samples no two of {n_models} models differ beyond chance; the "
        "smallest adjusted p-value is {p}."
        + (POWER if power else "")
        + " The accuracy of {model} and that of any other model lie at most {margin} percentage "
        "points apart (95 % intervals of the difference).",
        *terms,
        *(_power(protocol.key) if power else ()),
        text("model", f"models[{results.primary.model}].noun"),
        term("margin", f"largest({widest})", "points"),
    )


POWER = (
    " To differ, of {n_pairs} pairs, one model alone must be right on {n_needed} samples and the "
    "other alone on none; the most that one alone was right on is {n_seen}."
)
"""What it would have taken, where each sample was held out once."""


def _power(protocol: str) -> tuple[Term, ...]:
    """The numbers of `POWER`."""
    names = ("n_pairs", "n_needed", "n_seen")
    return tuple(count(name, f"powers[{protocol}].{name}") for name in names)
