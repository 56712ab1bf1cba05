from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from pipeline import genes as ranked
from pipeline import max_t, ranking, stability
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.records.base import MethodStep
from pipeline.records.genes import Genes
from pipeline.results import Results
from report import html


@pytest.fixture
def genes(toy_results: Results) -> Genes:
    """Give the toy study's ranking."""
    return toy_results.genes


@pytest.fixture
def rerank(toy_dataset: Dataset, toy_config: Config) -> Callable[..., Genes]:
    """Give a function that ranks the toy study's genes under other settings."""

    def rank(**update: Any) -> Genes:
        settings = toy_config.ranking.model_copy(update=update)
        return ranked.rank(toy_dataset, toy_config.model_copy(update={"ranking": settings}))

    return rank


def test_all_genes_are_ranked(genes: Genes) -> None:
    """Every gene stands once in the table, those that the filter drops included."""
    assert [f"G{g:02d}_at" for g in range(40)] == sorted(genes.table.ids)


def test_genes_that_the_models_may_not_use_are_not_ranked(genes: Genes) -> None:
    """The four genes that the filter drops stand last, and are neither tested nor listed."""
    table, n = genes.table, genes.n_ranked

    assert 36 == n
    assert ("G36_at", "G37_at", "G38_at", "G39_at") == table.ids[n:]
    assert {None} == {*table.p_value[n:], *table.q_value[n:], *table.selection_frequency[n:]}
    assert (True,) * 36 + (False,) * 4 == table.usable


def adjusted_by_hand(p_values: list[float]) -> list[float]:
    """Benjamini and Hochberg: the smallest n p / rank of this and all larger p-values."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    found, smallest = [0.0] * len(p_values), 1.0
    for rank, i in reversed(list(enumerate(order, start=1))):
        smallest = min(smallest, len(p_values) * p_values[i] / rank)
        found[i] = smallest
    return found


def test_the_family_of_tests_is_that_of_the_ranked_genes(
    toy_dataset: Dataset, toy_config: Config
) -> None:
    """A stricter filter drops genes that vary; q and max-T count the others alone."""
    section = toy_config.preprocess.model_copy(update={"min_range": 2_000.0})
    config = toy_config.model_copy(update={"preprocess": section})
    X = np.clip(toy_dataset.X[toy_dataset.train], 100, 16_000)
    kept = (X.max(axis=0) > 5 * X.min(axis=0)) & (X.max(axis=0) - X.min(axis=0) > 2_000)
    logs, y = np.log10(X), toy_dataset.y[toy_dataset.train]
    groups = [logs[y == label][:, kept] for label in toy_dataset.classes]
    p_values = stats.f_oneway(*groups).pvalue.tolist()
    ids = np.array(toy_dataset.gene_ids)[kept].tolist()

    actual = ranked.rank(toy_dataset, config)

    assert 0 < kept.sum() < 36
    assert kept.sum() == actual.n_ranked == actual.n_tested
    tested = dict(zip(actual.table.ids, actual.table.q_value, strict=True))
    assert dict(zip(ids, adjusted_by_hand(p_values), strict=True)) == pytest.approx(
        {gene: q for gene, q in tested.items() if q is not None}
    )
    assert actual.n_ranked == sum(p is not None for p in actual.table.p_max_t)
    assert set(actual.heat_map.gene_ids) <= set(ids)


def test_genes_are_called_present_by_class(toy_dataset: Dataset, toy_config: Config) -> None:
    """The share is that of the training samples of the class; other samples have no part."""
    calls = np.full(toy_dataset.X.shape, "A")
    first, second = (
        np.flatnonzero((toy_dataset.y == label) & (toy_dataset.partition == "train"))
        for label in toy_dataset.classes[:2]
    )
    calls[first[:2], 3] = "P"
    calls[second[0], 3] = "M"
    calls[toy_dataset.test] = "P"

    table = ranked.rank(replace(toy_dataset, calls=calls), toy_config).table

    at = table.ids.index("G03_at")
    assert [2 / len(first), 0.0, 0.0] == [share[at] for share in table.present]
    assert 2 / len(first) == sum(map(sum, table.present))


def test_listed_genes_that_are_not_detected_are_named(
    toy_dataset: Dataset, toy_config: Config
) -> None:
    """A listed gene needs a quarter of the samples of the class it is high in."""
    listed = ranked.rank(toy_dataset, toy_config).heat_map.gene_ids
    calls = np.full(toy_dataset.X.shape, "P")
    first = listed[0]
    of_class = (toy_dataset.y == toy_dataset.classes[0]) & (toy_dataset.partition == "train")
    rows = np.flatnonzero(of_class)
    n_present = -(-len(rows) // 4) - 1  # the most that is fewer than a quarter
    calls[rows[n_present:], toy_dataset.gene_ids.index(first)] = "A"

    actual = ranked.rank(replace(toy_dataset, calls=calls), toy_config).undetected

    assert actual is not None
    assert ((first,), len(listed)) == (actual.ids, actual.n_listed)


def test_the_best_score_comes_first(genes: Genes) -> None:
    """The table falls by signal-to-noise."""
    scores = list(genes.table.signal_to_noise)

    assert sorted(scores, reverse=True) == scores


def test_informative_genes_are_found_in_their_class(genes: Genes) -> None:
    """The best genes are among those that were made high in a class, and say which."""
    best = [(int(i[1:3]), k) for i, k in zip(genes.table.ids, genes.table.high_in, strict=True)]

    assert all(gene < 15 and gene // 5 == k for gene, k in best[:7])


def test_a_gene_stands_higher_in_its_class(genes: Genes) -> None:
    """The difference of means has the sign of the score."""
    differences = np.array(genes.table.mean_difference)

    assert (differences[np.array(genes.table.signal_to_noise) > 0] > 0).all()


def test_flat_genes_have_no_p_value(genes: Genes) -> None:
    """Genes at the floor throughout are ranked last and not tested."""
    expected = [("G36_at", None), ("G37_at", None), ("G38_at", None), ("G39_at", None)]

    actual = list(zip(genes.table.ids, genes.table.q_value, strict=True))[-4:]

    assert expected == actual
    assert 36 == genes.n_tested


def test_significant_genes_are_counted(genes: Genes) -> None:
    """The number is that of q-values no larger than the false discovery rate."""
    expected = sum(q is not None and q <= 0.05 for q in genes.table.q_value)

    assert expected == genes.n_significant


def test_test_samples_have_no_part_in_the_ranking(toy_dataset: Dataset, toy_config: Config) -> None:
    """Changing the test samples leaves the whole table as it was."""
    expected = ranked.rank(toy_dataset, toy_config).table
    values = toy_dataset.X.copy()
    values[toy_dataset.test] = 1_234

    actual = ranked.rank(replace(toy_dataset, X=values), toy_config).table

    assert expected == actual


def test_the_order_of_genes_does_not_change_a_gene(
    toy_dataset: Dataset, toy_config: Config
) -> None:
    """Reordering the genes leaves each gene's p-value as it was."""
    before = ranked.rank(toy_dataset, toy_config).table
    order = np.random.default_rng(0).permutation(40)
    shuffled = replace(
        toy_dataset,
        X=toy_dataset.X[:, order],
        gene_ids=tuple(toy_dataset.gene_ids[i] for i in order),
        gene_descriptions=tuple(toy_dataset.gene_descriptions[i] for i in order),
    )

    after = ranked.rank(shuffled, toy_config).table

    expected = dict(zip(before.ids, before.p_value, strict=True))
    assert expected == pytest.approx(dict(zip(after.ids, after.p_value, strict=True)))


def test_the_heat_map_holds_the_best_genes_of_each_class(genes: Genes) -> None:
    """Four genes of each class, class by class, each class from its best gene down."""
    expected = [
        gene
        for k in range(3)
        for gene in [
            g for g, high in zip(genes.table.ids, genes.table.high_in, strict=True) if high == k
        ][:4]
    ]

    assert expected == list(genes.heat_map.gene_ids)


def test_the_heat_map_shows_training_samples_first(toy_results: Results) -> None:
    """Training samples stand before test samples, each part by class."""
    samples = {s.id: (s.partition == "test", s.label) for s in toy_results.data.samples}

    actual = [samples[sample] for sample in toy_results.genes.heat_map.sample_ids]

    assert sorted(actual) == actual


def test_the_heat_map_is_standardised_over_training_samples(toy_results: Results) -> None:
    """Over the training samples each gene has mean 0 and, uncut, standard deviation 1."""
    z = np.array(toy_results.genes.heat_map.z)[:, :24]
    uncut = np.abs(z).max(axis=1) < 3

    np.testing.assert_allclose(0, z[uncut].mean(axis=1), atol=1e-3)
    np.testing.assert_allclose(1, z[uncut].std(axis=1), atol=1e-3)


def test_the_heat_map_ends_at_its_limit(genes: Genes) -> None:
    """No value lies beyond the limit of the colours."""
    assert np.abs(genes.heat_map.z).max() <= genes.heat_map.limit


def test_methods_count_what_was_not_tested(genes: Genes) -> None:
    """The paragraph says how many genes were ranked, and how many of them did not vary."""
    (step, *_) = ranked.method(genes, gene_nouns="genes")

    actual = {value.name: value.value for value in step.text.values}

    names = ("n_genes", "n_ranked", "n_samples", "n_untested")
    assert (40, 36, 24, 0) == tuple(actual[name] for name in names)


def text(step: MethodStep) -> str:
    """Give the template of a paragraph."""
    return step.text.template


def test_max_t_is_over_the_genes_that_were_tested(
    genes: Genes, toy_dataset: Dataset, toy_config: Config
) -> None:
    """The adjusted p-values are those of the 36 genes that vary, on the ranking's values."""
    X = np.log10(np.clip(toy_dataset.X[toy_dataset.train], 100, 16_000))
    tested = [gene not in genes.table.ids[-4:] for gene in toy_dataset.gene_ids]
    rng = np.random.default_rng(toy_config.seed).spawn(2)[0]
    p_values = max_t.max_t(
        X[:, tested],
        toy_dataset.y[toy_dataset.train],
        toy_dataset.classes,
        n_permutations=10_000,
        rng=rng,
    ).p_values
    tested_ids = np.array(toy_dataset.gene_ids)[tested].tolist()

    actual = dict(zip(genes.table.ids, genes.table.p_max_t, strict=True))

    assert dict(zip(tested_ids, p_values.tolist(), strict=True)) == {
        gene: p for gene, p in actual.items() if p is not None
    }


def test_a_family_wise_p_value_is_no_smaller_than_its_own(genes: Genes) -> None:
    """Adjusting for all genes makes no gene much better than the F distribution has it."""
    pairs = [
        (p, adjusted)
        for p, adjusted in zip(genes.table.p_value, genes.table.p_max_t, strict=True)
        if p is not None and adjusted is not None
    ]

    assert all(adjusted >= p - 0.02 for p, adjusted in pairs)


def test_without_permutations_there_is_no_max_t(rerank: Callable[..., Genes]) -> None:
    """n_permutations = 0 leaves max-T out, and says so."""
    actual = rerank(n_permutations=0)

    assert {None} == set(actual.table.p_max_t)
    assert ("n_permutations is 0", None, 0) == (
        actual.max_t.not_run,
        actual.max_t.smallest_p,
        actual.max_t.n_significant,
    )
    assert "was not controlled" in text(ranked.method(actual, gene_nouns="genes")[0])


def test_methods_say_whether_relabellings_were_random(genes: Genes) -> None:
    """All labellings, or some at random."""
    complete = genes.max_t.model_copy(update={"is_complete": True})
    steps = [genes, genes.model_copy(update={"max_t": complete})]

    actual = [text(ranked.method(record, gene_nouns="genes")[0]) for record in steps]

    assert "over {n_permutations} random relabellings" in actual[0]
    assert "over all {n_permutations} other labellings" in actual[1]


def test_selection_frequencies_are_of_the_reports_list(
    genes: Genes, toy_dataset: Dataset, toy_config: Config
) -> None:
    """A gene's frequency is the share of bootstraps that have it among the four of its class."""
    X = np.log10(np.clip(toy_dataset.X[toy_dataset.train], 100, 16_000))[:, :36]
    y, rng = toy_dataset.y[toy_dataset.train], np.random.default_rng(toy_config.seed).spawn(2)[1]
    counts = stability.bootstraps(y, toy_dataset.classes, n=100, rng=rng)
    n_listed = np.zeros(36)
    for row in counts:
        drawn = np.repeat(np.arange(24), row)
        scores = ranking.signal_to_noise(X[drawn], y[drawn], toy_dataset.classes)
        n_listed[ranking.best_of_each_class(scores, n_per_class=4)] += 1

    actual = dict(zip(genes.table.ids, genes.table.selection_frequency, strict=True))

    shares = [*(n_listed / 100).tolist(), None, None, None, None]
    assert dict(zip(toy_dataset.gene_ids, shares, strict=True)) == actual


def test_lists_of_all_genes_are_not_drawn(genes: Genes) -> None:
    """Of 40 genes and three classes, lists of 5 and 10 a class fit beside the report's own 4."""
    expected = ["bootstrap/4", "bootstrap/5", "bootstrap/10", "folds/4"]

    assert expected == [record.key for record in genes.stability.lists]


def test_folds_flatter(genes: Genes) -> None:
    """Folds share most of their samples, so that their lists agree more."""
    bootstrap, folds = genes.stability.of("bootstrap"), genes.stability.of("folds")

    assert bootstrap is not None
    assert folds is not None
    assert folds.stability > bootstrap.stability + 0.1


def test_without_bootstraps_there_are_folds_only(rerank: Callable[..., Genes]) -> None:
    """n_bootstraps = 0 leaves the folds, and no selection frequency."""
    actual = rerank(n_bootstraps=0)

    assert ["folds/4"] == [record.key for record in actual.stability.lists]
    assert {None} == set(actual.table.selection_frequency)
    assert "with replacement" not in text(ranked.method(actual, gene_nouns="genes")[1])


def test_a_list_of_all_genes_has_no_stability(rerank: Callable[..., Genes]) -> None:
    """Where every gene is listed nothing is selected: undefined, with a reason."""
    own = rerank(n_per_class=40).stability.of("bootstrap")

    assert own is not None
    assert own.stability is None
    assert own.undefined


def test_a_list_with_room_for_all_genes_has_no_stability(rerank: Callable[..., Genes]) -> None:
    """12 genes of each of three classes are all 36 that are ranked, though not 12 of each."""
    own = rerank(n_per_class=12).stability.of("bootstrap")

    assert own is not None
    assert (36, None) == (own.n_listed, own.stability)
    assert own.undefined == "the list has room for every gene"


PUBLISHED = {"source": "a table", "citation": "golub1999", "genes": ("G00_at", "G05_at", "other")}


@pytest.fixture
def compared(toy_config: Config) -> Config:
    """Give the toy study with a published list."""
    ranking_section = {"n_per_class": 4, "published": PUBLISHED}
    tables = toy_config.model_dump() | {"ranking": ranking_section}
    return Config.model_validate(tables)


def test_without_a_published_list_nothing_is_compared(genes: Genes) -> None:
    """The comparison is of studies that name a list."""
    assert genes.published is None


def test_a_published_list_is_compared_twice(toy_dataset: Dataset, compared: Config) -> None:
    """Beside the report's list stands one on values that are filtered and not logged."""
    published = ranked.rank(toy_dataset, compared).published

    assert published is not None
    actual = [(o.key, o.n_genes, o.n_listed, o.n_present) for o in published.overlaps]
    assert [("report", 36, 12, 2), ("unlogged", 36, 12, 2)] == actual


@pytest.mark.parametrize("recipe", ["logged", "raw"])
def test_values_that_are_not_logged_here_are_compared_once(
    toy_dataset: Dataset, compared: Config, recipe: str
) -> None:
    """Only the standard recipe takes logarithms that could be left out."""
    section = compared.preprocess.model_copy(update={"recipe": recipe})

    published = ranked.rank(
        toy_dataset, compared.model_copy(update={"preprocess": section})
    ).published

    assert published is not None
    assert ["report"] == [overlap.key for overlap in published.overlaps]


def test_methods_cite_the_published_list(toy_dataset: Dataset, compared: Config) -> None:
    """The list's source is among the works that the report cites."""
    actual = ranked.method(ranked.rank(toy_dataset, compared), gene_nouns="genes")

    assert "published list [@golub1999]" in text(actual[1])


@pytest.mark.parametrize("n_samples", [2, 3])
def test_two_classes_of_two_or_three_samples_can_be_ranked(
    toy_dataset: Dataset, toy_config: Config, n_samples: int
) -> None:
    """All labellings are taken, and nothing breaks."""
    rows = [
        i
        for label in toy_dataset.classes[:2]
        for i in np.flatnonzero((toy_dataset.y == label) & (toy_dataset.partition == "train"))
    ]
    of_class = len(rows) // 2
    rows = [*rows[:n_samples], *rows[of_class : of_class + n_samples]]
    tiny = replace(
        toy_dataset,
        X=toy_dataset.X[rows],
        y=toy_dataset.y[rows],
        sample_ids=tuple(toy_dataset.sample_ids[i] for i in rows),
        partition=toy_dataset.partition[rows],
    )

    actual = ranked.rank(tiny, toy_config)

    assert (True, {2: 5, 3: 19}[n_samples]) == (
        actual.max_t.is_complete,
        actual.max_t.n_permutations,
    )
    assert min(n_samples, stability.N_FOLDS) == actual.stability.n_folds


@pytest.mark.parametrize(
    "update",
    [
        {"n_permutations": 0, "n_bootstraps": 0},
        {"n_bootstraps": 1},
        {"n_per_class": 40},
    ],
)
def test_the_page_of_whatever_was_not_done_can_be_made(
    compute: Callable[[Config, Path], Results],
    toy_config: Config,
    toy_dir: Path,
    update: dict[str, int],
) -> None:
    """A report without max-T, without bootstraps or without a stability is a report."""
    settings = toy_config.ranking.model_copy(update=update)
    evaluate = toy_config.evaluate.model_copy(update={"models": ("svm",), "n_repeats": 1})
    config = toy_config.model_copy(update={"ranking": settings, "evaluate": evaluate})

    page, _ = html.pages(compute(config, toy_dir))

    assert "Would other samples give the same list?" in page


def test_the_best_gene_ranks_the_test_samples(
    two_class_dataset: Dataset, two_class_results: Results
) -> None:
    """The areas are the shares of pairs in the right order, in training and in test samples."""
    witness = two_class_results.genes.witness
    assert witness is not None
    values = two_class_dataset.X[:, two_class_dataset.gene_ids.index(witness.gene)]
    high = two_class_dataset.y == witness.label

    def share(rows: np.ndarray) -> float:
        pairs = [(a, b) for a in values[rows][high[rows]] for b in values[rows][~high[rows]]]
        return float(np.mean([(a > b) + (a == b) / 2 for a, b in pairs]))

    assert two_class_results.genes.table.ids[0] == witness.gene
    assert pytest.approx(share(two_class_dataset.train)) == witness.auc_training
    assert pytest.approx(share(two_class_dataset.test)) == witness.auc_test


def test_without_test_samples_there_is_no_witness(toy_dataset: Dataset, toy_config: Config) -> None:
    """The best gene ranks test samples, where there are any."""
    partition = np.array(["train"] * len(toy_dataset.y))

    actual = ranked.rank(replace(toy_dataset, partition=partition), toy_config)

    assert actual.witness is None
