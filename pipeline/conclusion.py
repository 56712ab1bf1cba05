"""Step 7: the conclusion, five sentences that answer the study's question from the results.

answer       how many held-out samples were told apart, with the interval, against a constant answer
errors       in which classes they fall, and whether on kinds of samples that training has seen
comparison   whether permuted labels, random genes or another model do as well or better
genes        how many differ, the best of them, and how steady the list is
limits       the gravest caveats, and what new samples would have to be

Sentences are made of what is there: a study without test set, permutations or covariates has the
same five, of fewer parts.
"""

from collections.abc import Iterable

from pipeline.intervals import wilson
from pipeline.records.base import Finding, Value
from pipeline.records.conclusion import Conclusion, Part, Sentence
from pipeline.results import Results
from pipeline.rules.chance import ALPHA
from pipeline.rules.rule import Term, count, decimal, percent, raised, term, text, words

WIDTH = 0.10
"""Width of the interval that new samples are counted for; our choice, five points to each side
where it is symmetric."""

N_CAVEATS = 3
"""Caveats that the conclusion names; the first page has as many."""

N_LABELS = 4
"""Of more classes the conclusion counts, and names the worst only."""

Clause = tuple[str, tuple[Term, ...]]
"""A piece of a sentence and its values; without text where there is nothing to say."""

NOTHING: Clause = ("", ())


def conclude(results: Results) -> Conclusion:
    """Answer the study's question.

    Parameters
    ----------
    results : Results
        The results with their findings; their own conclusion is not looked at.

    Returns
    -------
    Conclusion
        Five sentences; four where nothing was compared.
    """
    empty = Conclusion(width=WIDTH, n_needed=n_needed(results.primary.accuracy), sentences=())
    known = results.model_copy(update={"conclusion": empty})
    parts: dict[Part, list[Clause]] = {
        "answer": _answer(known),
        "errors": _errors(known),
        "comparison": [_chance(known), _random_genes(known), _others(known)],
        "genes": [_differing(known), _steady(known)],
        "limits": [_caveats(known), _next(known)],
    }
    sentences = tuple(
        _sentence(known, key, clauses)
        for key, clauses in parts.items()
        if any(piece for piece, _ in clauses)
    )
    return empty.model_copy(update={"sentences": sentences})


def n_needed(accuracy: float) -> int:
    """Count the held-out samples that leave Wilson's interval no wider than `WIDTH`.

    Parameters
    ----------
    accuracy : float
        The share right that is expected.

    Returns
    -------
    int
        The least number; the share need not be that of a whole number of samples.
    """
    low, high = 1, 1000  # at a share of one half 381 are enough
    while low < high:
        n = (low + high) // 2
        interval = wilson(accuracy * n, n)
        low, high = (low, n) if interval.high - interval.low <= WIDTH else (n + 1, high)
    return low


def _sentence(results: Results, key: Part, clauses: Iterable[Clause]) -> Sentence:
    """Join the pieces of a sentence."""
    said = [(piece, terms) for piece, terms in clauses if piece]
    template = "; ".join(piece for piece, _ in said)
    verdict = raised("note", results, f"{template}.", *(t for _, terms in said for t in terms))
    return Sentence(key=key, statement=verdict.statement)


def _answer(results: Results) -> list[Clause]:
    """How many held-out samples were told apart, and against what."""
    primary, nouns = results.primary, results.study.sample_noun_plural
    protocol = results.protocol(primary.protocol)
    path = f"evaluations[{primary.key}]"
    held_out = (
        f"{{n}} {nouns} held out of training"
        if protocol.n_repeats == 1
        else (f"{{n}} predictions for {nouns} held out of training")
    )
    baseline = results.baseline(primary.protocol)
    above = baseline is None or primary.accuracy_interval.low > baseline.accuracy
    classes = "the {n_classes} classes" if len(results.data.classes) > 2 else "{first} and {second}"
    terms = [
        text("model", f"models[{primary.model}].noun"),
        count("n_right", f"{path}.n_correct"),
        count("n", f"{path}.n_predictions"),
        decimal("accuracy", f"{path}.accuracy"),
        decimal("low", f"{path}.accuracy_interval.low"),
        decimal("high", f"{path}.accuracy_interval.high"),
    ]
    if len(results.data.classes) > 2:
        terms.append(count("n_classes", "count(data.classes)"))
    else:
        terms += [text("first", "data.classes[0].label"), text("second", "data.classes[1].label")]
    told = "tell" if above else "were not shown to tell"
    sentence = (
        f"The expression values of these {nouns} {told} {classes} apart: {{model}} was right on "
        f"{{n_right}} of {held_out} (accuracy {{accuracy}}, 95 % interval {{low}} to {{high}})"
    )
    if baseline is None:
        return [(sentence, tuple(terms))]
    against = "more than" if above else "an interval that holds"
    terms.append(decimal("baseline", f"evaluations[{baseline.key}].accuracy"))
    return [(f"{sentence}, {against} the {{baseline}} of always naming one class", tuple(terms))]


def _errors(results: Results) -> list[Clause]:
    """In which classes the errors fall."""
    primary, path = results.primary, f"evaluations[{results.primary.key}]"
    if not primary.n_errors:
        most = term("most", f"difference(1, {path}.accuracy_interval.low)", "percent")
        told = "It made no error there, which leaves room for an error rate of {most}"
        return [(told, (most,)), *_by_source(results), *_origin(results)]
    classes = results.data.classes
    order = sorted(range(len(classes)), key=lambda k: _missed(results, k), reverse=True)
    shown = range(len(classes)) if len(classes) <= N_LABELS else order[:N_LABELS]
    pieces, terms = [], [count("n_errors", f"{path}.n_errors")]
    for k in shown:
        pieces.append(f"{{right_{k}}} of {{held_{k}}} {{label_{k}}}")
        terms += [
            count(f"right_{k}", f"{path}.confusion[{k}][{k}]"),
            count(f"held_{k}", f"sum({path}.confusion[{k}])"),
            text(f"label_{k}", f"data.classes[{k}].label"),
        ]
    which = "" if len(classes) <= N_LABELS else " in the classes that it missed most"
    verb = "Its one error leaves" if primary.n_errors == 1 else "Its {n_errors} errors leave"
    used = terms if primary.n_errors > 1 else terms[1:]
    return [
        (f"{verb} {', '.join(pieces)} right{which}", tuple(used)),
        *_by_source(results),
        *_origin(results),
    ]


def _missed(results: Results, k: int) -> float:
    """The share of a class that was called something else."""
    row = results.primary.confusion[k]
    return 1 - row[k] / sum(row) if sum(row) else 0.0


def _by_source(results: Results) -> list[Clause]:
    """Whether errors fall on samples of whose source training has seen the class."""
    protocol = results.primary.protocol
    record = next(
        (s for s in results.strata if s.protocol == protocol and s.seen and s.unseen), None
    )
    if record is None:
        return []
    path = f"strata[{record.key}]"
    place = next(
        i
        for i, covariate in enumerate(results.audit.covariates.covariates)
        if covariate.key == record.covariate
    )
    return [
        (
            "wrong are {seen_wrong} of {n_seen} where training has seen the {by} in that class, "
            "and {unseen_wrong} of {n_unseen} where it has not",
            (
                count("seen_wrong", f"{path}.seen.n_wrong"),
                count("n_seen", f"{path}.seen.n_predictions"),
                text("by", f"audit.covariates.covariates[{place}].label"),
                count("unseen_wrong", f"{path}.unseen.n_wrong"),
                count("n_unseen", f"{path}.unseen.n_predictions"),
            ),
        )
    ]


def _origin(results: Results) -> list[Clause]:
    """What the class goes with, so that errors cannot tell the two apart."""
    label = _confounder(results)
    if label is None:
        return []
    return [
        (
            "whether it has learned the class or the {with_class}, which goes with it here, these "
            f"{results.study.sample_noun_plural} cannot tell",
            (_same(label, "with_class"),),
        )
    ]


def _chance(results: Results) -> Clause:
    """Whether permuted labels do as well."""
    test = next((t for t in results.permutations if t.key == results.primary.model), None)
    if test is None or test.p_value is None:
        return NOTHING
    path = f"permutations[{test.key}]"
    terms = (
        count("n_permutations", f"{path}.n_permutations"),
        term("p", f"{path}.p_value", "p_value"),
    )
    if ALPHA <= test.p_value == test.smallest_p:
        return (
            "{n_permutations} permutations of the labels are too few to show more (none did as "
            "well, p {p})",
            terms,
        )
    verb = (
        "Labels dealt out at random" if test.p_value < ALPHA else "Labels dealt out at random also"
    )
    done = "do not give that" if test.p_value < ALPHA else "give that too often to call it more"
    return f"{verb} {done} (p {{p}}, {{n_permutations}} permutations)", terms


def _random_genes(results: Results) -> Clause:
    """What sets of genes reach that nobody chose."""
    record = results.comparators.random_genes
    if not record.n_sets or results.comparators.protocol != results.primary.protocol:
        return NOTHING
    path = "comparators.random_genes"
    return (
        f"of {{n_sets}} sets of {{n_drawn}} {results.study.gene_noun_plural} drawn at random "
        "{n_reaching} give as much, half of them {median} or more",
        (
            count("n_sets", f"{path}.n_sets"),
            count("n_drawn", f"{path}.n_genes"),
            count("n_reaching", f"{path}.n_reaching"),
            decimal("median", f"{path}.median"),
        ),
    )


def _others(results: Results) -> Clause:
    """Whether another model does better."""
    protocol, model = results.primary.protocol, results.primary.model
    pairs = [
        pair
        for pair in results.comparisons
        if pair.protocol == protocol
        and model in (pair.first, pair.second)
        and not any(results.model(key).is_baseline for key in (pair.first, pair.second))
    ]
    if not pairs:
        return NOTHING
    better = [
        pair
        for pair in pairs
        if (pair.p_adjusted if pair.p_headline is None else pair.p_headline) < ALPHA
        and (pair.difference < 0) == (pair.first == model)
        and pair.difference
    ]
    paths = ", ".join(f"comparisons[{pair.key}]" for pair in pairs)
    n_others = count("n_others", f"count({paths})")
    if not better:
        noun = "the other model is" if len(pairs) == 1 else "none of {n_others} other models is"
        return f"{noun} shown to be better", () if len(pairs) == 1 else (n_others,)
    best = max(better, key=lambda pair: abs(pair.difference))
    other = best.second if best.first == model else best.first
    return (
        "of {n_others} other models {n_better} shown to be better, {best} by {gain} points",
        (
            n_others,
            words("n_better", "one is" if len(better) == 1 else f"{len(better)} are"),
            text("best", f"models[{other}].noun"),
            term(
                "gain",
                f"distance(evaluations[{protocol}/{other}].accuracy, "
                f"evaluations[{protocol}/{model}].accuracy)",
                "points",
            ),
        ),
    )


def _differing(results: Results) -> Clause:
    """How many genes differ between the classes, and the best of them."""
    genes, nouns = results.genes, results.study.gene_noun_plural
    terms = [
        count("n_genes", "genes.n_significant"),
        count("n_tested", "genes.n_tested"),
        percent("fdr", "genes.fdr"),
    ]
    differ = "differs" if genes.n_significant == 1 else "differ"
    sentence = (
        f"Of {{n_tested}} {nouns} {{n_genes}} {differ} between the classes in training at a false "
        "discovery rate of {fdr}"
    )
    if genes.n_significant and genes.table.ids:
        sentence += ", first {gene}, high in {high_in}"
        terms.append(text("gene", "genes.table.ids[0]"))
        terms.append(text("high_in", f"data.classes[{genes.table.high_in[0]}].label"))
    return sentence, tuple(terms)


def _steady(results: Results) -> Clause:
    """How steady the list of genes is over draws of the samples."""
    record = results.genes.stability
    own = record.of("bootstrap") or record.of("folds")
    if own is None or own.n_listed >= results.genes.n_tested:
        return NOTHING
    path = f"genes.stability.lists[{own.key}]"
    return (
        "of a list of {n_listed}, {n_steady} stay on it in at least {share} of {n_lists} draws of "
        "the training samples",
        (
            count("n_listed", f"{path}.n_listed"),
            count("n_steady", f"{path}.n_steady"),
            percent("share", "genes.stability.steady_share"),
            count("n_lists", f"{path}.n_lists"),
        ),
    )


def _caveats(results: Results) -> Clause:
    """The titles of the gravest caveats."""
    gravest = results.raised[:N_CAVEATS]
    if not gravest:
        return NOTHING
    places = [results.findings.index(finding) for finding in gravest]
    names = ", ".join(f"“{{caveat_{k}}}”" for k in range(len(places)))
    noun = "caveat" if len(places) == 1 else "caveats"
    return (
        f"Against it stand{'s' if len(places) == 1 else ''} the {noun} {names}",
        tuple(text(f"caveat_{k}", f"findings[{place}].title") for k, place in enumerate(places)),
    )


def _next(results: Results) -> Clause:
    """What new samples would have to be."""
    label, nouns = _confounder(results), results.study.sample_noun_plural
    apart = " in whom the {apart} does not go with the class" if label else ""
    apart = apart.replace("in whom", "in which") if nouns == "samples" else apart
    terms = [
        count("n_needed", "conclusion.n_needed"),
        term("width", "conclusion.width", "points"),
    ]
    if label:
        terms.append(_same(label, "apart"))
    return (
        f"{{n_needed}} held-out {nouns} of another study{apart} would leave an interval of "
        "{width} percentage points at this accuracy",
        tuple(terms),
    )


def _confounder(results: Results) -> Value | None:
    """The covariate that goes with the class, where a caveat says that one does."""
    found: Finding | None = next((f for f in results.raised if f.code == "DESIGN-03"), None)
    if found is None:
        return None
    return next((value for value in found.statement.values if value.name == "label"), None)


def _same(value: Value, name: str) -> Term:
    """The same value, under another name."""
    return lambda results: value.model_copy(update={"name": name})
