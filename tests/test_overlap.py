import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.overlap import compare
from pipeline.records.genes import Overlap

GENES = tuple("abcdefghij")


def overlap(listed: str, published: str) -> Overlap:
    """Compare two lists among ten genes."""
    return compare(tuple(listed), tuple(published), GENES, key="report", values="as they are")


def test_overlap_of_a_worked_case() -> None:
    """Of 3 from 10 genes, 2 or more of 4: (6 x 6 + 4 x 1) / 120 = 1/3; 3 x 4 / 10 expected."""
    actual = overlap("abe", "abcd")

    assert (("a", "b"), 1.2) == (actual.shared, actual.expected)
    assert 1 / 3 == pytest.approx(actual.p_value)


def test_published_genes_that_were_not_ranked_do_not_count() -> None:
    """Only genes that both lists could name enter the comparison."""
    with_unknown, without = overlap("abe", "abcdXY"), overlap("abe", "abcd")

    assert (6, 4) == (with_unknown.n_published, with_unknown.n_present)
    assert without.p_value == with_unknown.p_value


def test_nothing_shared_is_no_evidence() -> None:
    """Zero shared genes or more are certain."""
    assert 1 == overlap("abc", "hij").p_value


def test_a_published_list_of_strangers_is_compared() -> None:
    """Where no published gene was ranked, none is shared or expected."""
    actual = overlap("abc", "XYZ")

    assert ((), 0, 1) == (actual.shared, actual.expected, actual.p_value)


@given(st.sets(st.sampled_from(GENES), min_size=1), st.sets(st.sampled_from(GENES), min_size=1))
def test_overlap_is_symmetric(first: set[str], second: set[str]) -> None:
    """Which of two lists is the published one changes neither count nor p-value."""
    there, back = overlap("".join(first), "".join(second)), overlap("".join(second), "".join(first))

    assert set(there.shared) == set(back.shared)
    assert there.p_value == pytest.approx(back.p_value)


# phyper(q - 1, m, N - m, k, lower.tail = FALSE) of R 4.2.
@pytest.mark.parametrize(
    ("n_genes", "n_shared", "expected"), [(7129, 26, 3.821003617e-46), (3051, 48, 1.505889041e-100)]
)
def test_small_p_values_are_those_of_r(n_genes: int, n_shared: int, expected: float) -> None:
    """Far out in the tail the p-value keeps its digits."""
    ids = tuple(map(str, range(n_genes)))

    actual = compare(ids[:50], ids[50 - n_shared : 100 - n_shared], ids, key="report", values="")

    assert n_shared == len(actual.shared)
    assert expected == pytest.approx(actual.p_value, rel=1e-8)
