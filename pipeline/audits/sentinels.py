"""Values that programs write for a missing measurement, where they are too many to be measured.

A value is no missing one by itself: the Broad's own GCT of Golub's training samples holds -666 in
19 places, -667 in 16 and -665 in 22, while cmapPy reads the first as missing. So it stays a value,
and only one that is far more frequent than its neighbours is asked about.
"""

import numpy as np

from pipeline.audits.statements import Given, say
from pipeline.dataset import Dataset
from pipeline.records.sentinels import Sentinel, Sentinels

CANDIDATES = (-666, -99, -999, -9999, -99999, -999999, -32768, 9999, 99999, 999999)
"""What programs write for a missing measurement: -666 in GCT, nines in statistics packages."""

FEWEST = 10  # fewer equal values are a coincidence
RATIO = 5.0


def sentinels(dataset: Dataset) -> Sentinels:
    """Count the values that may stand for missing measurements.

    Parameters
    ----------
    dataset : Dataset
        The data.

    Returns
    -------
    Sentinels
        Raised where one is far more frequent than its neighbours.
    """
    counted = (_count(dataset, value) for value in CANDIDATES)
    found = sorted((one for one in counted if one.n), key=lambda one: -one.n)
    strange = [one for one in found if one.n >= FEWEST and one.n > RATIO * one.n_neighbours]
    names = tuple(f"{one.value:g}" for one in strange)
    first = found.index(strange[0]) if strange else 0
    values: dict[str, Given] = {"ratio": (RATIO, "number", "sentinels.ratio")}
    template = (
        "No value that programs write for a missing measurement is more than {ratio} times as "
        "frequent as its neighbours."
    )
    if strange:
        times = "time" if strange[0].n_neighbours == 1 else "times"
        template = (
            "{n} of {n_values} values are {value}, which programs write for a missing measurement; "
            f"one less or one more stands at most {{n_neighbours}} {times}."
        )
        values = {
            "n": (strange[0].n, "count", f"sentinels.found[{first}].n"),
            "n_values": (dataset.X.size, "count", "sentinels.n_values"),
            "value": (names[0], "text", None),
            "n_neighbours": (
                strange[0].n_neighbours,
                "count",
                f"sentinels.found[{first}].n_neighbours",
            ),
        }
        if len(names) > 1:
            template += " Likewise {others}."
            values["others"] = (", ".join(names[1:]), "text", None)
    return Sentinels(
        key="sentinels",
        subject="Values that may stand for missing measurements",
        is_raised=bool(strange),
        statement=say(template, **values),
        not_run=None,
        fewest=FEWEST,
        ratio=RATIO,
        n_values=int(dataset.X.size),
        found=tuple(found),
        names=names,
    )


def _count(dataset: Dataset, value: int) -> Sentinel:
    """Count a value, and what rounds to its neighbours."""
    below, above = (
        int((np.abs(dataset.X - neighbour) < 0.5).sum()) for neighbour in (value - 1, value + 1)
    )
    return Sentinel(
        value=float(value), n=int(np.equal(dataset.X, value).sum()), n_neighbours=max(below, above)
    )
