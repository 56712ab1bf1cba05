import itertools
from collections.abc import Callable
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from pipeline import max_t as module
from pipeline.max_t import counts_of_other_draws, max_t, n_relabellings, relabellings

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]

# Five genes of eight samples, and what R's multtest 2.54.0 gives on them:
# mt.maxT(X, classlabel, test="t", B=0) and test="f": Welch's t and F, all labellings.
GENES = np.array(
    [
        [2, 4, 3, 5, 9, 12, 10, 15],
        [5, 1, 7, 3, 6, 2, 8, 11],
        [1, 2, 1, 3, 2, 9, 8, 2],
        [7, 7, 6, 8, 1, 3, 2, 2.5],
        [3, 9, 4, 8, 5, 7, 6, 2],
    ]
).T
MULTTEST_T = [0.0892857142857, 0.6785714285714, 0.2321428571429, 0.2321428571429, 0.9642857142857]
MULTTEST_F = [0.1321428571429, 0.6285714285714, 0.4714285714286, 0.4785714285714, 0.9464285714286]


def labels(text: str) -> NDArray[np.str_]:
    """Give one label a letter."""
    return np.array(list(text))


def generator(seed: int = 0) -> np.random.Generator:
    """Give a generator."""
    return np.random.default_rng(seed)


def adjusted(X: Floats, y: NDArray[np.str_], n_permutations: int = 10_000) -> Floats:
    """Adjust, over all relabellings where there are no more."""
    classes = tuple(np.unique(y).tolist())
    return max_t(X, y, classes, n_permutations=n_permutations, rng=generator()).p_values


def welch(X: Floats, codes: Codes) -> Floats:
    """Compute the size of Welch's t with scipy."""
    return np.abs(stats.ttest_ind(X[codes == 0], X[codes == 1], equal_var=False).statistic)


def analysis_of_variance(X: Floats, codes: Codes) -> Floats:
    """Compute the F with scipy."""
    return stats.f_oneway(*(X[codes == k] for k in range(codes.max() + 1))).statistic


def by_loop(
    X: Floats, codes: Codes, draws: Codes, statistic: Callable[[Floats, Codes], Floats]
) -> Floats:
    """Adjust as the definition says, one relabelling and one gene at a time."""
    observed = statistic(X, codes)
    order = np.argsort(-observed)
    n_reached = np.zeros(len(order))
    for draw in draws:
        permuted = statistic(X, draw)
        for rank, gene in enumerate(order):
            n_reached[gene] += permuted[order[rank:]].max() >= observed[gene] * (1 - 1e-12)
    p_values = (n_reached + 1) / (len(draws) + 1)
    for better, worse in itertools.pairwise(order):
        p_values[worse] = max(p_values[worse], p_values[better])
    return p_values


def drawn(codes: Codes, n_permutations: int) -> Codes:
    """Collect the relabellings that `max_t` takes."""
    batches = relabellings(codes, n_permutations=n_permutations, rng=generator())
    return np.concatenate(list(batches))


@pytest.mark.parametrize(("y", "expected"), [("aaabbbbb", MULTTEST_T), ("aabbbccc", MULTTEST_F)])
def test_adjusted_p_values_are_those_of_multtest(y: str, expected: list[float]) -> None:
    """Over all labellings the p-values are R's."""
    actual = adjusted(GENES, labels(y))

    np.testing.assert_allclose(expected, actual, rtol=1e-12)


@pytest.mark.parametrize(
    ("y", "statistic"),
    [
        ("aaabbbb", welch),
        ("aaaabb", welch),
        ("aaabbb", welch),
        ("aabb", welch),
        ("aabbcc", analysis_of_variance),
        ("aaabbccc", analysis_of_variance),
    ],
)
def test_all_labellings_give_what_a_loop_gives(
    y: str, statistic: Callable[[Floats, Codes], Floats]
) -> None:
    """Classes of equal and of other sizes, two and three: exactly the p-values of the loop."""
    X = generator(1).normal(size=(len(y), 9))
    X[0] += 2  # so that some gene is significant
    codes = np.searchsorted(np.unique(labels(y)), labels(y))

    actual = adjusted(X, labels(y))

    assert by_loop(X, codes, drawn(codes, 10_000), statistic).tolist() == actual.tolist()


@pytest.mark.parametrize(
    ("y", "statistic"), [("a" * 9 + "b" * 5, welch), ("aaaaabbbbcccc", analysis_of_variance)]
)
def test_random_relabellings_give_what_a_loop_gives(
    y: str, statistic: Callable[[Floats, Codes], Floats]
) -> None:
    """Over the same draws the p-values are exactly those of the loop, over several tiles."""
    X = generator(2).normal(size=(len(y), module.GENES_AT_ONCE + 7))
    X[0:4, :3] += 3
    codes = np.searchsorted(np.unique(labels(y)), labels(y))

    actual = adjusted(X, labels(y), 80)

    assert by_loop(X, codes, drawn(codes, 80), statistic).tolist() == actual.tolist()


def test_ties_of_whole_numbers_are_counted() -> None:
    """On values with few levels, where equal statistics abound, it is still the loop's."""
    X = generator(3).integers(0, 3, size=(8, 12)).astype(float)
    codes = np.repeat([0, 1], [3, 5])

    actual = adjusted(X, labels("aaabbbbb"))

    with np.errstate(divide="ignore", invalid="ignore"):
        expected = by_loop(X, codes, drawn(codes, 100), _welch_or_infinite)
    assert expected.tolist() == actual.tolist()


def _welch_or_infinite(X: Floats, codes: Codes) -> Floats:
    """Welch's t by its formula; infinite where no class has a spread, as in no observed gene."""
    a, b = X[codes == 0], X[codes == 1]
    error = a.var(axis=0, ddof=1) / len(a) + b.var(axis=0, ddof=1) / len(b)
    return np.abs(a.mean(axis=0) - b.mean(axis=0)) / np.sqrt(error)


@pytest.mark.parametrize(
    ("sizes", "expected"), [((3, 5), comb(8, 3) - 1), ((2, 2, 2), 89), ((27, 11), comb(38, 11) - 1)]
)
def test_relabellings_are_counted(sizes: tuple[int, ...], expected: int) -> None:
    """8 over 3, 6! / (2! 2! 2!) = 90 and 38 over 11, each less the observed."""
    assert expected == n_relabellings(sizes)


def test_each_relabelling_is_taken_once() -> None:
    """Where all are taken none comes twice, none is the observed, and all keep the sizes."""
    codes = np.array([0, 0, 1, 1, 2, 2])

    actual = drawn(codes, 89)

    assert 89 == len(actual) == len(np.unique(actual, axis=0))
    assert not (actual == codes).all(axis=1).any()
    assert [[0, 0, 1, 1, 2, 2]] == np.unique(np.sort(actual, axis=1), axis=0).tolist()


@pytest.mark.parametrize(("n_permutations", "is_complete", "n"), [(55, True, 55), (54, False, 54)])
def test_all_relabellings_are_taken_where_there_are_no_more(
    n_permutations: int, is_complete: bool, n: int
) -> None:
    """Of the 55 others of 3 and 5 samples, 55 are taken once each, and 54 at random."""
    actual = max_t(
        GENES, labels("aaabbbbb"), ("a", "b"), n_permutations=n_permutations, rng=generator()
    )

    assert (is_complete, n) == (actual.is_complete, actual.n_permutations)


def test_tiles_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """How many genes and relabellings are done at once does not change a p-value."""
    X, y = generator(4).normal(size=(20, 30)), labels("a" * 8 + "b" * 12)
    expected = adjusted(X, y, 200)
    monkeypatch.setattr(module, "GENES_AT_ONCE", 7)
    monkeypatch.setattr(module, "CELLS_AT_ONCE", 20 * 13)

    actual = adjusted(X, y, 200)

    assert expected.tolist() == actual.tolist()


def test_another_seed_draws_others() -> None:
    """The relabellings come from the generator that is handed in."""
    X, y = generator(4).normal(size=(20, 30)), labels("a" * 8 + "b" * 12)

    first, second = (
        max_t(X, y, ("a", "b"), n_permutations=50, rng=generator(seed)).p_values for seed in (1, 2)
    )

    assert first.tolist() != second.tolist()


@given(st.permutations(range(5)), st.floats(0.1, 100), st.floats(-100, 100))
def test_order_and_unit_of_genes_do_not_matter(
    order: list[int], factor: float, shift: float
) -> None:
    """Reordering, scaling and shifting genes leaves each p-value as it was."""
    y = labels("aaabbbbb")
    expected = adjusted(GENES, y)[order]

    actual = adjusted(GENES[:, order] * factor + shift, y)

    assert expected.tolist() == actual.tolist()


@given(st.permutations(range(8)))
def test_the_order_of_samples_does_not_matter(order: list[int]) -> None:
    """Over all labellings, reordering the samples leaves each p-value as it was."""
    y = labels("aaabbbbb")

    actual = adjusted(GENES[order], y[order])

    np.testing.assert_allclose(MULTTEST_T, actual, rtol=1e-12)


def test_a_gene_and_its_copy_have_one_p_value() -> None:
    """Copies of genes change nothing: what the dependence between genes says is used."""
    actual = adjusted(np.hstack([GENES, GENES]), labels("aaabbbbb"))

    np.testing.assert_allclose(MULTTEST_T * 2, actual, rtol=1e-12)


def test_one_gene_alone_has_its_permutation_p_value() -> None:
    """With nothing to adjust for, p is the share of labellings as extreme: scipy's, exactly."""
    y = labels("aaabbbbb")
    expected = stats.permutation_test(
        (GENES[:3, 3], GENES[3:, 3]),
        lambda a, b: abs(stats.ttest_ind(a, b, equal_var=False).statistic),
        alternative="greater",
        n_resamples=np.inf,
    ).pvalue

    actual = adjusted(GENES[:, [3]], y)

    assert [pytest.approx(expected)] == actual.tolist()


def test_false_genes_are_found_no_more_often_than_the_level() -> None:
    """Of 300 sets of 25 genes without any difference, some 5 % have a gene at 0.05 or below."""
    rng, y = generator(5), labels("aaaaaabbbb")
    found = [
        max_t(rng.normal(size=(10, 25)), y, ("a", "b"), n_permutations=99, rng=rng).p_values.min()
        <= 0.05
        for _ in range(300)
    ]

    n_most = stats.binom.ppf(0.999, 300, 0.05)
    assert sum(found) <= n_most


def test_counts_of_other_draws_by_hand() -> None:
    """Of 99 relabellings: 0 reached leave an upper limit of 0.037 and 1 one of 0.055.

    With nothing reached the limit is 1 - 0.025^(1/99). Nine reached have a lower limit below the
    level: the tail of the binomial at 0.05, 9 or more of 99, is above 0.025; of 11 it is not.
    """
    p_values = (np.array([0, 1, 9, 11, 99]) + 1) / 100

    actual = counts_of_other_draws(p_values, n_permutations=99, level=0.05)

    assert 1 - 0.025 ** (1 / 99) < 0.05
    assert stats.binom.sf(8, 99, 0.05) > 0.025 > stats.binom.sf(10, 99, 0.05)
    assert stats.binom.cdf(1, 99, 0.05) > 0.025
    assert (1, 3) == actual


def test_other_seeds_find_as_many_genes_as_one_draw_says() -> None:
    """The counts of 60 other draws lie in the range that one draw gives, but for few."""
    rng = np.random.default_rng(5)
    y = labels("a" * 12 + "b" * 12)
    X = rng.normal(size=(24, 80)) + np.linspace(0, 2.2, 80) * (y == "b")[:, None]

    def draw(seed: int) -> Floats:
        return max_t(X, y, ("a", "b"), n_permutations=400, rng=generator(seed)).p_values

    low, high = counts_of_other_draws(draw(0), n_permutations=400, level=0.05)
    found = [int((draw(seed) <= 0.05).sum()) for seed in range(1, 61)]

    assert low < high
    assert np.mean([low <= n <= high for n in found]) > 0.85
