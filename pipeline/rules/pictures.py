"""Rules on the pictures: what an embedding can show, and what it cannot."""

from pipeline.results import Results
from pipeline.rules.rule import Verdict, count, passed, raised, rule, words


@rule(
    "PLOT-01",
    "embeddings",
    subject="Samples that the embeddings were computed on",
    title="Embeddings are pictures, not evidence",
    why="They depend on seed and settings, distort distances, and show no generalisation to new "
    "samples.",
    action="Use them to look for odd samples; judge separation by held-out predictions.",
    references=("chari2023",),
)
def embeddings_are_pictures(results: Results) -> Verdict:
    """Raise PLOT-01: embeddings that saw the test samples are no evidence."""
    pooled = [e for e in results.embeddings if e.fitted_on == "all samples"]
    if not pooled:
        n = count("n", "data.n_train")
        return passed(results, "All were computed on the {n} training samples.", n)
    return raised(
        "note",
        results,
        "{n_pooled} of {n_embeddings} embeddings, {names}, were computed on all samples at once, "
        "whatever their part.",
        count("n_pooled", f"count({', '.join(f'embeddings[{e.key}]' for e in pooled)})"),
        count("n_embeddings", "count(embeddings)"),
        words("names", " and ".join(e.label for e in pooled)),
    )
