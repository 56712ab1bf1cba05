"""Which tables and figures a caveat qualifies: those that show the numbers it rests on.

A finding names each of its numbers by a path; here stands where the report shows the fields
of that path. So a new rule marks the right places without being told of any. Confounding alone
qualifies every accuracy, on whatever numbers it rests.
"""

import re

from pipeline.records.resolve import fields
from pipeline.results import Results
from report.selection import IN_FULL

SHOWN: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"data\.(classes|smallest_|n_|covariates)", ("classes",)),
    (r"data\.source", ("files",)),
    (r"data\.(ledger|minimum|maximum|negative_share|calls)", ("ledger",)),
    (r"data\.label_join", ("classes",)),
    (r"preprocessing", ("ledger",)),
    (r"embeddings\[(\w+)\]", ("embeddings", "{0}")),
    (r"n_scored_on_test", ("scores-given",)),
    (r"protocols\[(given|cv)\]\.(sample_ids$|n_)", ("accuracies", "scores-{0}")),
    (r"protocols\[(?!given\]|cv\]).*\]\.(sample_ids$|n_)", ("accuracies-others", "others")),
    (r"evaluations\[(given|cv)/.*\]\.(accuracy|n_)", ("accuracies", "scores-{0}")),
    (r"evaluations\[(?!given/|cv/).*\]\.(accuracy|n_)", ("accuracies-others", "others")),
    (r"evaluations\[(given|cv)/.*\](\.repeat_|\.chosen|$)", ("scores-{0}",)),
    (r"evaluations\[(?!given/|cv/).*\](\.repeat_|\.chosen|$)", ("others",)),
    (r"protocols\[\w+\]\.sample_ids\[", ("samples",)),
    (r"evaluations\[(\w+)/.*\]\.roc_auc", ("ranking-{0}", "roc")),
    (r"evaluations\[(\w+)/.*\]\.(brier|log_loss)", ("ranking-{0}",)),
    (r"evaluations\[(\w+)/.*\]\.(confusion|per_class)", ("confusion-{0}", "per-class-{0}")),
    (r"strata\[", ("by-source", "errors-by-source")),
    (r"audit\.duplicates", ("audit", "duplicates")),
    (r"audit\.associations", ("associations", "design")),
    (r"audit\.(covariates|missingness)", ("covariates",)),
    (r"audit\.components", ("components", "pca")),
    (r"audit\.(call_rate|mean|spread)", ("arrays",)),
    (r"audit\.", ("audit",)),
    (r"claims\[([\w-]+)\]\.(figures|models|source)", ("claim-{0}",)),
    (r"claims\[([\w-]+)\]\.arithmetic", ("implied-{0}",)),
    (r"claims\[([\w-]+)\]\.rerun", ("spread-{0}",)),
    (r"claims\[([\w-]+)\]\.hypotheses", ("defects-{0}",)),
    (r"comparisons\[", ("comparisons",)),
    (r"comparators\.", ("simpler",)),
    (r"permutations\[", ("permutations",)),
    (r"learning_curves\[", ("learning",)),
    (r"leaky_twin", ("leak",)),
    (r"variant_evaluations\[\w+/(given|cv)/", ("variants",)),
    (r"variant_evaluations\[\w+/(?!given/|cv/)", ("variants-others",)),
    (r"abstentions\[", ("abstentions", "coverage")),
    (r"calibrations\[", ("calibrations", "calibration")),
    (r"improvements\[", ("improvements",)),
    (r"genes\.stability", ("genes", "stability")),
    (r"genes\.(table|n_per_class|undetected)", ("genes",)),
    (r"genes\.witness", ("genes",)),
    (r"genes\.heat_map", ("heat-map",)),
    (r"genes\.published", ("overlaps",)),
)
"""Patterns of fields, and the keys of the tables and figures that show them."""

ACCURACIES = (
    "accuracies",
    "accuracies-others",
    "others",
    *(f"{kind}-{key}" for kind in ("scores", "intervals", "rates", "ranking") for key in IN_FULL),
    *(f"{kind}-{key}" for kind in ("confusion", "per-class") for key in IN_FULL),
    "roc",
    "permutations",
    "learning",
    "leak",
    "variants",
    "variants-others",
    "by-source",
    "errors-by-source",
    "improvements",
    "simpler",
    "published",
    "abstentions",
    "coverage",
)
"""Tables and figures of how often models are right, or of scores by which they would be."""

QUALIFIES_ALL: dict[str, tuple[str, ...]] = {"DESIGN-03": ACCURACIES}
"""Caveats that qualify more than the numbers they rest on: where the class cannot be told from
something else, no accuracy on these samples says of what it is.
"""


def marks(results: Results) -> dict[str, list[str]]:
    """Find the caveats beside each table and figure.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    dict of str to list of str
        Codes by the key of a table or figure, gravest first. It may name some that the report
        does not show.
    """
    found: dict[str, list[str]] = {}
    for finding in results.raised:
        paths = [value.path for value in finding.statement.values if value.path]
        keys = [key for path in paths for key in _shown(path)]
        for key in dict.fromkeys([*keys, *QUALIFIES_ALL.get(finding.code, ())]):
            found.setdefault(key, []).append(finding.code)
    return found


def _shown(path: str) -> list[str]:
    """Keys of the tables and figures that show the fields of a path."""
    return [
        key.format(*match.groups())
        for field in fields(path)
        for pattern, keys in SHOWN
        if (match := re.match(pattern, field))
        for key in keys
    ]
