import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline import ranking, stability

Y = np.array(list("aaaabbb"))
TWO = ("a", "b")
# The stability of these four lists of nine genes and its interval, by the function getStability of
# the authors of the measure (R, repository nogueirs/JMLR2018).
LISTS = np.array(
    [
        [1, 1, 0, 0, 1, 0, 0, 0, 0],
        [1, 0, 1, 0, 1, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 0, 0, 0, 0],
        [1, 1, 0, 0, 1, 1, 0, 0, 0],
    ],
    dtype=bool,
)
AUTHORS = (0.5000000000000, 0.2550045019325, 0.7449954980675)


def generator(seed: int = 0) -> np.random.Generator:
    """Give a generator."""
    return np.random.default_rng(seed)


def values(seed: int, n_genes: int = 12) -> NDArray[np.float64]:
    """Draw values with few levels, as clipping makes them: constant genes and ties abound."""
    return generator(seed).integers(0, 4, size=(len(Y), n_genes)).astype(float)


def rows(counts: NDArray[np.intp]) -> NDArray[np.intp]:
    """Give the samples of a draw, each as often as it was drawn."""
    return np.repeat(np.arange(len(counts)), counts)


def test_bootstraps_keep_the_size_of_each_class() -> None:
    """Each draw has four samples of a and three of b."""
    counts = stability.bootstraps(Y, TWO, n=50, rng=generator())

    assert [[4, 3]] * 50 == [[row[:4].sum(), row[4:].sum()] for row in counts]


def test_a_bootstrap_leaves_out_about_a_third() -> None:
    """Of 100 samples (1 - 1/100)^100 = 36.6 % are in no draw, on average."""
    counts = stability.bootstraps(np.array(["a"] * 100), ("a",), n=400, rng=generator())

    assert 0.366 == pytest.approx((counts == 0).mean(), abs=0.005)


def test_folds_leave_each_sample_out_once_a_repeat() -> None:
    """The smallest class has three samples: three folds, and ten repeats."""
    counts = stability.folds(Y, seed=1)

    assert (30, 7) == counts.shape
    assert [20] * 7 == counts.sum(axis=0).tolist()


def test_there_are_no_more_than_ten_folds() -> None:
    """With 12 samples of each class there are ten folds."""
    counts = stability.folds(np.array(["a", "b"] * 12), seed=1)

    assert 100 == len(counts)


@pytest.mark.parametrize("classes", [TWO, ("a", "b", "c")])
@given(seed=st.integers(0, 10_000))
def test_places_are_those_of_the_samples_drawn(classes: tuple[str, ...], seed: int) -> None:
    """Ranking by counts gives the places that ranking the drawn samples themselves gives."""
    y = Y if len(classes) == 2 else np.array(list("aaabbcc"))
    X = values(seed)
    counts = stability.bootstraps(y, classes, n=3, rng=generator(seed))

    actual = stability.places(X, y, classes, counts)

    for draw, place in zip(counts, actual, strict=True):
        scores = ranking.signal_to_noise(X[rows(draw)], y[rows(draw)], classes).round(9)
        high_in, order = scores.argmax(axis=0), np.argsort(-scores.max(axis=0), kind="stable")
        expected = {
            gene: i
            for k in range(len(classes))
            for i, gene in enumerate(g for g in order.tolist() if high_in[g] == k)
        }
        assert expected == dict(enumerate(place.tolist()))


def test_the_order_of_genes_does_not_matter() -> None:
    """Reordering genes whose scores differ leaves each gene's place as it was."""
    X = generator(2).normal(size=(7, 9))
    counts = stability.bootstraps(Y, TWO, n=4, rng=generator())
    order = generator(3).permutation(9)

    actual = stability.places(X[:, order], Y, TWO, counts)

    assert stability.places(X, Y, TWO, counts)[:, order].tolist() == actual.tolist()


def test_stability_of_a_worked_case() -> None:
    """Lists {1, 2} and {1, 3} of four genes: frequencies 1, 1/2, 1/2, 0, so 1 - 2 x 1/8 / 1/4 = 0.

    The two share one gene of two, which is what chance would give.
    """
    actual = stability.nogueira(np.array([[1, 1, 0, 0], [1, 0, 1, 0]], dtype=bool))

    assert actual is not None
    assert 0 == pytest.approx(actual[0])


def test_stability_and_interval_are_the_authors() -> None:
    """The numbers are those of the function that came with the paper."""
    assert pytest.approx(AUTHORS, rel=1e-9) == stability.nogueira(LISTS)


def test_equal_lists_are_stable() -> None:
    """Where all lists are the same the stability is 1, and the interval has no width."""
    assert (1, 1, 1) == pytest.approx(stability.nogueira(LISTS[[0, 0, 0]]))


def test_lists_at_random_have_no_stability() -> None:
    """Over 200 lists of 10 of 100 genes at random the stability is 0 to within 0.02."""
    lists = generator().permuted(np.tile(np.arange(100) < 10, (200, 1)), axis=1)

    actual = stability.nogueira(lists)

    assert actual is not None
    assert 0 == pytest.approx(actual[0], abs=0.02)


@given(st.permutations(range(9)), st.permutations(range(4)))
def test_stability_knows_no_order(genes: list[int], draws: list[int]) -> None:
    """Reordering genes or lists changes nothing."""
    assert pytest.approx(AUTHORS, rel=1e-9) == stability.nogueira(LISTS[draws][:, genes])


@pytest.mark.parametrize(
    "lists", [LISTS[:1], np.ones((3, 5), dtype=bool), np.zeros((3, 5), dtype=bool)]
)
def test_undefined_stability_is_none(lists: NDArray[np.bool_]) -> None:
    """One list has nothing to agree with, and lists of all genes or none cannot differ."""
    assert stability.nogueira(lists) is None


def test_a_record_counts_its_genes() -> None:
    """Of lists of one gene a class, genes 0 and 1 are in all, 3 in one of two, 2 in none."""
    places = np.array([[0, 0, 1, 1], [0, 0, 1, 0]])

    actual = stability.describe(places, "bootstrap", n_per_class=1, n_classes=2)

    assert ("bootstrap/1", 2, 2, 3) == (
        actual.key,
        actual.n_lists,
        actual.n_steady,
        actual.n_ever,
    )


@pytest.mark.parametrize(("n_with", "expected"), [(4, 1), (3, 0)])
def test_a_gene_is_steady_from_four_fifths_of_the_lists(n_with: int, expected: int) -> None:
    """In four of five lists a gene is steady, in three it is not."""
    places = np.array([[0, 1]] * n_with + [[1, 1]] * (5 - n_with))

    actual = stability.describe(places, "bootstrap", n_per_class=1, n_classes=2)

    assert expected == actual.n_steady


def test_a_record_of_one_list_says_why_there_is_no_stability() -> None:
    """Undefined is None, and a reason."""
    actual = stability.describe(np.array([[0, 1]]), "bootstrap", n_per_class=1, n_classes=2)

    assert (None, None) == (actual.stability, actual.interval)
    assert actual.undefined
