"""Values that may stand for missing measurements."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from study_fixtures import labelled

from pipeline.audits.sentinels import sentinels
from pipeline.dataset import Dataset
from pipeline.readers import gct
from report.formats import plain

BROAD = Path(__file__).resolve().parents[2] / "shared" / "data" / "golub-broad"


def with_values(**counts: int) -> Dataset:
    """Put so many values of each kind (m666 is -666) into noise of 20 x 100."""
    dataset = labelled(["a", "b"] * 10, n_genes=100)
    X = dataset.X.ravel().copy()
    start = 0
    for name, n in counts.items():
        X[start : start + n] = -float(name.removeprefix("m"))
        start += n
    return replace(dataset, X=X.reshape(dataset.X.shape))


@pytest.mark.parametrize("n", [10, 200])
def test_a_value_far_more_frequent_than_its_neighbours_is_asked_about(n: int) -> None:
    """It stays a value; the sentence gives both counts."""
    dataset = with_values(m666=n, m665=1)

    actual = sentinels(dataset)

    assert actual.is_raised
    assert ("-666",) == actual.names
    assert (
        f"{n} of 2000 values are -666, which programs write for a missing measurement; one less or "
        "one more stands at most 1 time."
    ) == plain(actual.statement)
    assert n == int(np.equal(dataset.X, -666).sum())


@pytest.mark.parametrize(
    "counts", [{"m666": 9}, {"m666": 50, "m665": 10}, {"m666": 50, "m667": 10}, {}]
)
def test_a_value_like_its_neighbours_is_a_measurement(counts: dict[str, int]) -> None:
    """So are a few equal values."""
    assert not sentinels(with_values(**counts)).is_raised


def test_others_are_named_after_the_most_frequent() -> None:
    """Several such values are listed."""
    actual = sentinels(with_values(m999=20, m9999=30))

    assert ("-9999", "-999") == actual.names
    assert plain(actual.statement).endswith("Likewise -999.")


@pytest.mark.skipif(not BROAD.is_dir(), reason="the Broad's files are not there")
@pytest.mark.parametrize(("part", "counts"), [("train", (16, 19, 22)), ("test", (13, 17, 11))])
def test_golub_has_minus_666_as_a_measurement(part: str, counts: tuple[int, int, int]) -> None:
    """The Broad's own GCT holds it as often as -667 and -665, as grep counts them."""
    matrix = gct.read(BROAD / f"all_aml_{part}.gct")

    found = tuple(int(np.equal(matrix.values, value).sum()) for value in (-667, -666, -665))

    assert counts == found
    n_samples = matrix.values.shape[1]
    dataset = replace(labelled(["a", "b"] * (n_samples // 2)), X=matrix.values.T)
    assert not sentinels(dataset).is_raised
