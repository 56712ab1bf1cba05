"""Published figures put to the test, from the study file to the records."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC
from study_fixtures import silent

from pipeline import claims
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.errors import ConfigError
from pipeline.protocols import make_plans
from pipeline.records.claims import Claim
from pipeline.records.resolve import resolve
from pipeline.results import Results

PLAIN: dict[str, Any] = {"key": "k", "source": "s", "models": ["svm"], "n_seeds": 3}


def claiming(config: Config, **settings: Any) -> Config:
    """Claim something of a study."""
    return Config.model_validate(config.model_dump() | {"claims": [PLAIN | settings]})


def examined(dataset: Dataset, config: Config, **settings: Any) -> Claim:
    """Put one claim to the test."""
    study = claiming(config, **settings)
    (claim,) = claims.examine(dataset, study, make_plans(dataset, study), silent)
    return claim


@pytest.fixture(scope="module")
def paper(two_class_results: Results) -> Claim:
    """Give what the toy study of two classes claims."""
    return two_class_results.claims[0]


def test_nothing_claimed_is_nothing_examined(toy_results: Results) -> None:
    """Nor described among the methods."""
    assert () == toy_results.claims == claims.method(())
    assert "Claims" not in {step.title for step in toy_results.methods}


def test_figures_stand_accuracy_first_then_class_by_class(paper: Claim) -> None:
    """In the order in which the report shows them."""
    assert [("accuracy", None), ("f1", "ALL"), ("f1", "AML")] == [
        (figure.measure, figure.label) for figure in paper.figures
    ]


def test_each_run_gives_every_figure_of_every_model(paper: Claim) -> None:
    """At the stated seed, of every defect, and of the correction."""
    runs = [paper.rerun.own, paper.corrected.runs]
    runs += [trial.runs for h in paper.hypotheses for trial in h.trials if trial.runs]

    assert {("logistic", "svm")} == {tuple(run.key for run in each) for each in runs}
    assert {3} == {len(run.measured) for each in runs for run in each}


@pytest.mark.parametrize(
    ("settings", "sizes"),
    [
        ({"n_samples": 36, "test_share": 0.2}, (7, 8)),
        ({"n_samples": 40, "test_share": 0.2}, (8,)),
        ({"n_samples": 35, "test_share": 0.2}, (7,)),
        ({"n_samples": 36, "n_test": 9}, (9,)),
        ({"n_samples": 36, "protocol": "cross-validation"}, (36,)),
        ({"n_samples": 36, "protocol": "given"}, ()),
        ({}, ()),
    ],
)
def test_stated_numbers_allow_sizes_of_the_test_set(
    two_class_dataset: Dataset,
    two_class_config: Config,
    settings: dict[str, Any],
    sizes: tuple[int, ...],
) -> None:
    """A fifth of 36 is 7.2: programs round it up or down."""
    claim = examined(two_class_dataset, two_class_config, accuracy="0.75", **settings)

    assert sizes == claim.arithmetic.stated_sizes


def test_implied_counts_leave_an_interval(paper: Claim) -> None:
    """4 of 6: Wilson's runs from 0.30 to 0.90 (R, binom::binom.wilson)."""
    interval = paper.figures[0].interval

    assert interval is not None
    assert (0.300, 0.903) == (round(interval.low, 3), round(interval.high, 3))


def test_several_counts_leave_the_widest_interval(
    two_class_dataset: Dataset, two_class_config: Config
) -> None:
    """4 of 6 is the least exact of all that are 67 %."""
    claim = examined(
        two_class_dataset, two_class_config, accuracy="0.67", n_samples=24, test_share=0.25
    )
    several = examined(two_class_dataset, two_class_config, accuracy="0.67")

    one, all_sizes = claim.figures[0].interval, several.figures[0].interval
    assert one is not None
    assert all_sizes is None or (all_sizes.low <= one.low and all_sizes.high >= one.high)


def test_what_the_protocol_gives_is_reproduced(
    two_class_dataset: Dataset, two_class_config: Config
) -> None:
    """A claim made of an honest run needs no defect."""
    first = examined(two_class_dataset, two_class_config, accuracy="0.5", seed=3)
    text = f"{first.rerun.own[0].n_correct / first.rerun.own[0].n_test:.3f}"

    actual = examined(two_class_dataset, two_class_config, accuracy=text, seed=3, n_samples=30)

    assert actual.rerun.exact
    assert actual.is_reproduced
    assert actual.rerun.own == actual.reproduction


def test_another_number_of_samples_is_not_reproduced(
    two_class_dataset: Dataset, two_class_config: Config
) -> None:
    """The figures alone are not the whole claim."""
    first = examined(two_class_dataset, two_class_config, accuracy="0.5", seed=3)
    text = f"{first.rerun.own[0].n_correct / first.rerun.own[0].n_test:.3f}"

    actual = examined(two_class_dataset, two_class_config, accuracy=text, seed=3, n_samples=29)

    assert not actual.rerun.exact


def test_a_shuffle_explains_nothing(paper: Claim) -> None:
    """Labels drawn at random give any figure now and then."""
    assert [h.key for h in paper.hypotheses if h.is_random] == ["shuffled"]
    assert "shuffled" not in paper.reproduced_by


def test_without_a_stated_seed_nothing_is_exact(
    two_class_dataset: Dataset, two_class_config: Config
) -> None:
    """At some seed every defect gives the figures."""
    claim = examined(two_class_dataset, two_class_config, accuracy="0.8")

    assert (False, ()) == (claim.seed_is_stated, claim.reproduced_by)


def test_corrected_are_the_independent_samples(paper: Claim) -> None:
    """Where there are any."""
    assert ("given", {6}) == (paper.corrected.protocol, {r.n_test for r in paper.corrected.runs})


def test_corrected_is_cross_validated_without_them(
    two_class_dataset: Dataset, two_class_config: Config
) -> None:
    """Every sample is then held out once."""
    rows = two_class_dataset.train
    fewer = Dataset(
        **{
            **vars(two_class_dataset),
            "X": two_class_dataset.X[rows],
            "y": two_class_dataset.y[rows],
            "partition": two_class_dataset.partition[rows],
            "sample_ids": tuple(two_class_dataset.sample_ids[row] for row in rows),
            "covariates": two_class_dataset.covariates.iloc[rows],
        }
    )

    actual = examined(fewer, two_class_config, accuracy="0.8").corrected

    assert ("cv", 24) == (actual.protocol, actual.runs[0].n_test)


def test_impossible_figures_have_no_counts(
    two_class_dataset: Dataset, two_class_config: Config
) -> None:
    """Accuracy 0.90 with F1 of 0.10 and 0.20, said of 8 samples."""
    classes = {"ALL": {"f1": "0.10"}, "AML": {"f1": "0.20"}}
    claim = examined(
        two_class_dataset, two_class_config, accuracy="0.90", classes=classes, n_test=8
    )

    assert (False, False) == (claim.arithmetic.possible, claim.arithmetic.possible_as_stated)
    assert {None} == {figure.interval for figure in claim.figures}


def test_many_classes_are_put_to_the_test(toy_dataset: Dataset, toy_config: Config) -> None:
    """Three, with precision and recall of one of them."""
    classes = {"T-cell": {"precision": "0.50", "recall": "0.50"}, "myeloid": {"f1": "1.00"}}
    claim = examined(
        toy_dataset,
        toy_config,
        models=["logistic", "svm", "neighbours"],
        accuracy="0.75",
        classes=classes,
        n_test=8,
        seed=1,
    )

    # 2 of 8 are wrong. As many T-cell were missed as others were called so, at most 2 together:
    # 1 each, and 1 right.
    assert claim.arithmetic.possible
    assert {1} == {fit.n_right[1] for fit in claim.arithmetic.fits}
    assert ["accuracy", "precision-1", "recall-1", "f1-2"] == [f.key for f in claim.figures]
    assert all(len(run.measured) == 4 for run in claim.rerun.own)


def test_an_unknown_class_is_refused(two_class_dataset: Dataset, two_class_config: Config) -> None:
    """The message names those that there are."""
    classes = {"CML": {"f1": "0.5"}}

    with pytest.raises(ConfigError, match=r"claims\.k\.classes: expected some of ALL, AML, found"):
        examined(two_class_dataset, two_class_config, classes=classes)


def test_every_number_of_a_sentence_stands_at_its_path(two_class_results: Results) -> None:
    """Of what is stated, and of the correction."""
    for claim in two_class_results.claims:
        for value in (*claim.protocol.values, *claim.corrected.description.values):
            assert value.path is not None
            assert value.value == resolve(two_class_results, value.path)


def test_the_method_says_what_ran(two_class_results: Results) -> None:
    """Once, with the works that it rests on."""
    (step,) = (step for step in two_class_results.methods if step.title == "Claims")

    assert {"brown2017", "wilson1927"} <= {work.key for work in two_class_results.references}
    assert 10 in {value.value for value in step.text.values}


def test_the_defect_of_the_first_study_is_found_by_its_own_script(golub_dir: Path) -> None:
    """What pandas and scikit-learn give, done as it was done: the figures of the claim."""
    genes = pd.read_csv(golub_dir / "data_set_ALL_AML_train.csv")
    labels = pd.read_csv(golub_dir / "actual.csv")
    rows = genes.drop(columns=["Gene Description", "Gene Accession Number"]).T.reset_index()
    merged = labels.merge(rows, left_on="patient", right_index=True)
    kept = merged[merged["index"].str.fullmatch(r"\d+")]
    X, y = kept[list(range(len(genes)))].astype(float).to_numpy(), kept["cancer"].to_numpy()
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, test_size=0.2, stratify=y, random_state=42
    )

    for model in (LogisticRegression(max_iter=5000), SVC(kernel="linear")):
        y_pred = model.fit(X_train, y_train).predict(X_test)

        assert (36, 0.625) == (len(kept), accuracy_score(y_test, y_pred))
        assert [0.727, 0.4] == f1_score(y_test, y_pred, average=None).round(3).tolist()
