from dataclasses import replace

import numpy as np
import pytest
from study_fixtures import labelled

from pipeline import magnitude
from pipeline.errors import DataError


@pytest.mark.parametrize("largest", [1e-15, 1e-9, 1.0, -4e8, 1e15])
def test_measurements_of_any_unit_are_taken(largest: float) -> None:
    """Shares of a mole and intensities of a detector pass, and so do values that are all zero."""
    dataset = labelled(["a", "b"] * 3)
    X = dataset.X / np.abs(dataset.X).max() * largest

    magnitude.check(replace(dataset, X=X))
    magnitude.check(replace(dataset, X=np.zeros_like(X)))


@pytest.mark.parametrize("largest", [1e-300, 9e-16, 1.1e15, -1e90])
def test_what_cannot_be_squared_is_refused(largest: float) -> None:
    """The message names the value, its gene and its sample, and says what to do."""
    dataset = labelled(["a", "b"] * 3)
    X = np.zeros_like(dataset.X)
    X[2, 5] = largest

    with pytest.raises(DataError) as caught:
        magnitude.check(replace(dataset, X=X))

    assert f"found {largest:g} (gene 'g5', sample 'S2'); give the values in" in str(caught.value)
