"""Rules on the pictures: what an embedding can show, and what it cannot."""

from pipeline.results import Results
from pipeline.rules.rule import (
    Verdict,
    count,
    decimal,
    limit,
    not_applicable,
    number,
    passed,
    raised,
    rule,
    seen,
    term,
    text,
    words,
)


@rule(
    "PLOT-01",
    "embeddings",
    subject="Samples that the embeddings were computed on",
    title="Embeddings are pictures, not evidence",
    why="They depend on seed and settings, distort distances, and show no generalisation to new "
    "samples.",
    action="Use them to look for odd samples; judge separation by held-out predictions.",
    references=("chari2023", "lause2024"),
)
def embeddings_are_pictures(results: Results) -> Verdict:
    """Describe PLOT-01: embeddings that saw the test samples are no evidence."""
    pooled = [e for e in results.embeddings if e.fitted_on == "all samples"]
    if not pooled:
        n = count("n", "data.n_train")
        return passed(results, "All were computed on the {n} training samples.", n)
    return seen(
        results,
        "{n_pooled} of {n_embeddings} embeddings, {names}, were computed on all samples at once, "
        "whatever their part.",
        count("n_pooled", f"count({', '.join(f'embeddings[{e.key}]' for e in pooled)})"),
        count("n_embeddings", "count(embeddings)"),
        words("names", " and ".join(e.label for e in pooled)),
    )


# Our choice: a tenth of the way from classes that overlap to classes that stand apart.
UNSTABLE = 0.1


@rule(
    "PLOT-02",
    "embeddings",
    subject="Embeddings from other seeds",
    title="Another seed gives another picture",
    why="What changes with the seed is not a property of the samples.",
    action="Show several seeds, or PCA, which has none; read nothing into one picture.",
    references=("chari2023",),
)
def unstable_embedding(results: Results) -> Verdict:
    """Describe PLOT-02: another seed separates the classes far better or worse."""
    started = [e for e in results.embeddings if e.starts]
    if not started:
        return not_applicable("No embedding was computed from other seeds.")

    def all_of(key: str, score: str, n: int) -> str:
        others = ", ".join(f"embeddings[{key}].starts[{i}].{score}" for i in range(n))
        return f"embeddings[{key}].{score}, {others}"

    def spread(key: str, n: int) -> str:
        paths = all_of(key, "silhouette", n)
        return f"difference(largest({paths}), smallest({paths}))"

    widest = max(started, key=lambda e: number(results, spread(e.key, len(e.starts))))
    n_starts = len(widest.starts)
    silhouettes = all_of(widest.key, "silhouette", n_starts)
    trusts = all_of(widest.key, "trustworthiness", n_starts)
    terms = (
        text("label", f"embeddings[{widest.key}].label"),
        count("n", f"sum(1, count(embeddings[{widest.key}].starts))"),
        decimal("low", f"smallest({silhouettes})"),
        decimal("high", f"largest({silhouettes})"),
        decimal("low_trust", f"smallest({trusts})"),
        decimal("high_trust", f"largest({trusts})"),
    )
    template = (
        "{label} from {n} seeds: silhouette by class {low} to {high}, trustworthiness {low_trust} "
        "to {high_trust}"
    )
    if number(results, spread(widest.key, n_starts)) <= UNSTABLE:
        bound = limit(UNSTABLE, "number")
        return passed(results, f"{template}; limit {{limit}} apart.", *terms, bound)
    return seen(results, f"{template}.", *terms)


@rule(
    "PLOT-03",
    "embeddings",
    subject="Perplexity of t-SNE",
    title="Perplexity at its limit",
    why="With neighbourhoods of a third of the samples t-SNE shows hardly more than that all "
    "belong together.",
    action="Lower embedding.perplexity, or leave t-SNE out.",
    references=("vandermaaten2008",),
)
def extreme_perplexity(results: Results) -> Verdict:
    """Raise PLOT-03: the perplexity is as large as the number of samples allows."""
    tsne = next((e for e in results.embeddings if e.key == "tsne"), None)
    names = [value.name for value in tsne.settings.values] if tsne else []
    if "perplexity" not in names:
        return not_applicable("There is no t-SNE.")
    path = f"embeddings[tsne].settings.values[{names.index('perplexity')}].value"
    most = "ratio(difference(data.n_samples, 1), 3)"
    terms = (
        term("perplexity", path, "measure"),
        count("n", "data.n_samples"),
        term("most", most, "measure"),
    )
    template = "{perplexity} for {n} samples, which allow less than {most}."
    if number(results, path) >= number(results, most):
        return raised("note", results, template, *terms)
    return passed(results, template, *terms)


@rule(
    "PLOT-04",
    "genes",
    subject="Samples of the heat map",
    title="Selection bias: a heat map of {genes} chosen by these labels",
    why="The best of many {genes} part the samples by which they were chosen even where all are "
    "noise.",
    action="Do not show the picture as evidence; draw samples that had no part in the choice.",
    references=("dupuy2007",),
)
def chosen_picture(results: Results) -> Verdict:
    """Raise PLOT-04: every sample of the heat map took part in choosing its genes."""
    terms = (
        count("n_genes", "count(genes.heat_map.gene_ids)"),
        count("n_shown", "count(genes.heat_map.sample_ids)"),
        count("n_chosen_by", "genes.n_samples"),
    )
    template = (
        "The {n_genes} "
        + results.study.gene_noun_plural
        + " were chosen by the labels of {n_chosen_by} of the {n_shown} samples shown"
    )
    if len(results.genes.heat_map.sample_ids) > results.genes.n_samples:
        return passed(results, f"{template}; the others had no part in it.", *terms)
    return raised("note", results, f"{template}.", *terms)
