"""What the page's own script is, and what it reads: samples in words, columns of all genes.

The script is a few kilobytes in one element of the page. The page's policy names its
fingerprint, so that nothing else runs. It has no words or numbers of its own: they are
written here, or stand in the results that the page carries.
"""

import base64
import json
from collections import Counter
from hashlib import sha256

from markupsafe import Markup

from pipeline.records.models import Protocol
from pipeline.results import Results
from report import formats
from report.fonts import TEMPLATES, spell_controls
from report.selection import in_full


def script() -> Markup:
    """Read the script.

    Returns
    -------
    Markup
        Its text without blanks around it, which some checkers leave out of the fingerprint.
    """
    text = (TEMPLATES / "script.js").read_text(encoding="utf-8").strip()
    return Markup(text)  # noqa: S704  # our own


def fingerprint(text: str) -> str:
    """Name a script as the page's policy does.

    Parameters
    ----------
    text : str
        All that stands in the element.

    Returns
    -------
    str
        As in `script-src`, without the quotes.
    """
    return f"sha256-{base64.b64encode(sha256(text.encode()).digest()).decode('ascii')}"


def samples(results: Results) -> str:
    """Say of each sample what it is and what the headline's model called it.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    str
        JSON: for each sample its name and what is known of it.
    """
    called = [_called(results, protocol) for protocol in in_full(results)]
    model = results.model(results.primary.model).label
    said = []
    for sample in results.data.samples:
        part = "independent test" if sample.partition == "test" else "training"
        facts = [sample.label, part] if results.data.n_test else [sample.label]
        calls = [one[sample.id] for one in called if sample.id in one]
        by = f". {model}, held out: {'; '.join(calls)}" if calls else ""
        said.append((spell_controls(sample.id), spell_controls(f"{', '.join(facts)}{by}.")))
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _called(results: Results, protocol: Protocol) -> dict[str, str]:
    """Say what the headline's model called each sample while it was held out."""
    evaluation = results.evaluation(protocol.key, results.primary.model)
    if evaluation is None:
        return {}
    labels = [summary.label for summary in results.data.classes]
    where = formats.inline(protocol.label)
    said = {}
    by_sample = zip(*evaluation.predicted, strict=True)
    for sample, calls in zip(protocol.sample_ids, by_sample, strict=True):
        counts = Counter(labels[call] for call in calls).most_common()
        of = f" in {{}} of {protocol.n_repeats} repeats" if protocol.n_repeats > 1 else ""
        words = ", ".join(label + of.format(n) for label, n in counts)
        said[sample] = f"{words} ({where})"
    return said


def genes(results: Results) -> str:
    """Name the columns of the table of all genes.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    str
        JSON: the noun, and for each column heading, field of the results and format.
    """
    table = results.genes.table
    columns = [
        ("Gene", "ids", "text"),
        ("Description", "descriptions", "text" if any(table.descriptions) else ""),
        ("High in", "high_in", "class"),
        ("Rank", "", "rank"),
        ("Signal to noise", "signal_to_noise", "decimal"),
        ("Difference", "mean_difference", "decimal"),
        ("p", "p_value", "scientific"),
        ("q", "q_value", "scientific"),
        ("p, max-T", "p_max_t", "" if results.genes.max_t.not_run else "scientific"),
        ("Listed in", "selection_frequency", _format(table.selection_frequency)),
        ("Weight", "weight", "" if results.genes.weights.not_run else "scientific"),
        ("Models may use it", "usable", "" if all(table.usable) else "yes"),
    ]
    said = {
        "noun": results.study.gene_noun_plural,
        "n": results.genes.n_genes,
        "columns": [column for column in columns if column[2]],
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _format(frequencies: tuple[float | None, ...]) -> str:
    """Leave out the frequencies where no list was drawn again."""
    return "percent" if any(f is not None for f in frequencies) else ""
