"""Rules on the pictures: what an embedding can show, and what it cannot."""

from pipeline.records.base import Finding
from pipeline.rules import build
from pipeline.rules.evidence import Evidence


def embeddings_are_pictures(evidence: Evidence) -> Finding | None:
    """Raise PLOT-01: embeddings that saw the test samples are no evidence."""
    pooled = [e for e in evidence.embeddings if e.fitted_on == "all samples"]
    if not pooled:
        return None
    return build.finding(
        "PLOT-01",
        "note",
        "embeddings",
        "Embeddings are pictures, not evidence",
        "{names} were computed on all {n} samples at once.",
        (
            build.text("names", " and ".join(embedding.label for embedding in pooled)),
            build.count("n", evidence.data.n_samples, "data.n_samples"),
        ),
        why="They depend on seed and settings, distort distances, and show no generalisation to "
        "new samples.",
        action="Use them to look for odd samples; judge separation by held-out predictions.",
        references=("chari2023",),
    )
