from hypothesis import given
from hypothesis import strategies as st

from pipeline.overlap import compare
from pipeline.records.genes import Overlap

GENES = tuple("abcdefghij")


def overlap(listed: str, published: str) -> Overlap:
    """Compare two lists among ten genes."""
    return compare(tuple(listed), tuple(published), GENES, key="report", values="as they are")


def test_overlap_of_a_worked_case() -> None:
    """Of 3 from 10 genes, two are among the 4; 3 x 4 / 10 expected."""
    actual = overlap("abe", "abcd")

    assert (("a", "b"), 1.2) == (actual.shared, actual.expected)


def test_published_genes_that_were_not_ranked_do_not_count() -> None:
    """Only genes that both lists could name enter the comparison."""
    with_unknown, without = overlap("abe", "abcdXY"), overlap("abe", "abcd")

    assert (6, 4) == (with_unknown.n_published, with_unknown.n_present)
    assert without.expected == with_unknown.expected


def test_a_published_list_of_strangers_is_compared() -> None:
    """Where no published gene was ranked, none is shared or expected."""
    actual = overlap("abc", "XYZ")

    assert ((), 0) == (actual.shared, actual.expected)


@given(st.sets(st.sampled_from(GENES), min_size=1), st.sets(st.sampled_from(GENES), min_size=1))
def test_overlap_is_symmetric(first: set[str], second: set[str]) -> None:
    """Which of two lists is the published one changes neither count nor what chance gives."""
    there, back = overlap("".join(first), "".join(second)), overlap("".join(second), "".join(first))

    assert set(there.shared) == set(back.shared)
    assert there.expected == back.expected
