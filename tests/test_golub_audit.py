"""The files of Golub et al. 1999, against what others found in them.

Where no other source is named the expected value stands in the project's science notes
(science.md, sections 1, 1a, 2c and R14 to R17), computed there by other programs.
"""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline import audit, known, run, sources
from pipeline.audits import arrays, probes
from pipeline.config import Config, load
from pipeline.dataset import Dataset
from pipeline.preprocess import VariationFilter, make_preprocessor
from pipeline.protocols import make_plans
from pipeline.readers import broad
from pipeline.records.audit import Audit, Duplicates
from report.formats import plain

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT.parent / "shared" / "data" / "golub-samples" / "golubMerge_pData.csv"


def prepared(config: Config, folder: Path) -> tuple[Dataset, Duplicates, Audit]:
    """Read a study, and audit it."""
    located = sources.find(config, data_dir=folder)
    dataset = run.READERS[located.format](located.paths, unit=located.unit)
    dataset, duplicates, _ = audit.prepare(dataset, located, config)
    modelled = probes.without_controls(dataset, config)
    X = make_preprocessor(config.preprocess).fit(modelled.X[modelled.train]).transform(modelled.X)
    return dataset, duplicates, audit.audit(dataset, X, duplicates, located, config)


@pytest.fixture(scope="module")
def golub(
    golub_dir: Path, golub_config: Config, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Dataset, Audit]:
    """Audit the shipped study, with what is known of its patients."""
    if not TABLE.is_file():
        pytest.skip("the table of samples is not beside the repository")
    folder = tmp_path_factory.mktemp("golub")
    for path in (*golub_dir.iterdir(), TABLE):
        shutil.copy(path, folder)
    dataset, _, found = prepared(golub_config, folder)
    return dataset, found


def test_no_two_patients_are_the_same(golub: tuple[Dataset, Audit]) -> None:
    """The most alike of all pairs are 13 and 48, with r = 0.945; none is left out."""
    actual = golub[1].duplicates

    assert actual.closest is not None
    assert {"13", "48"} == {actual.closest.first, actual.closest.second}
    assert actual.closest.correlation == pytest.approx(0.945, abs=0.0005)
    assert (0, (), 34) == (actual.n_pairs, actual.left_out, len(golub[0].test))


def test_columns_stand_in_another_order_than_labels(golub: tuple[Dataset, Audit]) -> None:
    """Train 1-27, 34-38, 28-33; 11 and 32 columns displaced, 14 labels wrong by position."""
    actual = golub[1].order

    assert (("1", "27"), ("34", "38"), ("28", "33")) == actual.runs[:3]
    assert (11 + 32, 14) == (actual.n_displaced, actual.n_wrong_by_position)
    assert "1 to 27, 34 to 38, 28 to 33" in plain(actual.statement)


def test_counts_of_probes(golub: tuple[Dataset, Audit]) -> None:
    """58 controls, none constant, no damaged name."""
    actual = golub[1]

    assert (58, 0, 0) == (actual.controls.n, actual.constant.n, actual.dates.n)


def test_shares_of_values(golub: tuple[Dataset, Audit]) -> None:
    """No value is missing, about 28.5 % are negative, 46 to 48 % below 100, 0.8 % above 16 000."""
    actual = golub[1]

    assert 0 == actual.missing.n
    assert actual.negative.share == pytest.approx(0.285, abs=0.005)
    assert 0.46 <= actual.below_floor.share <= 0.48
    assert actual.above_ceiling.share == pytest.approx(0.008, abs=0.0005)


def test_training_and_test_have_one_scale(golub: tuple[Dataset, Audit]) -> None:
    """The authors scaled all arrays to one of them."""
    assert not golub[1].scales.is_raised


def test_lowest_call_rates(golub: tuple[Dataset, Audit]) -> None:
    """27 (19.1 %), 58 (19.8 %) and 35 have the lowest."""
    dataset, found = golub

    assert ("27", "58", "35") == found.call_rate.lowest
    rates = dict(zip(dataset.sample_ids, found.call_rate.values, strict=True))
    assert (0.191, 0.198) == (
        pytest.approx(rates["27"], abs=0.0005),
        pytest.approx(rates["58"], abs=0.0005),
    )


def test_class_is_source_in_the_training_set(golub: tuple[Dataset, Audit]) -> None:
    """Every ALL is from DFCI and every AML from CALGB: V = 1."""
    actual = golub[1].association("source", "class", among="training")

    assert actual is not None
    assert 1.0 == pytest.approx(actual.value)
    assert actual.p_adjusted is not None
    assert actual.p_adjusted < 1e-6


def test_source_and_tissue_are_found(golub: tuple[Dataset, Audit]) -> None:
    """Source goes with class and split, tissue with the split."""
    actual = golub[1].covariates

    assert {"source", "tissue"} <= set(actual.names)
    assert "source and class in training (Cramér's V 1.000" in plain(actual.statement)


def test_sources_by_class_and_part(golub: tuple[Dataset, Audit]) -> None:
    """The table of section 1a: ALL and AML, in training and in the test set."""
    source, tissue = golub[1].covariates.covariates[:2]

    assert [
        ("CALGB", (0, 11), (0, 4)),
        ("CCG", (0, 0), (0, 5)),
        ("DFCI", (27, 0), (17, 0)),
        ("St-Jude", (0, 0), (3, 5)),
    ] == [(level.level, level.training, level.test) for level in source.levels]
    assert [("BM", (27, 11), (14, 10)), ("PB", (0, 0), (6, 4))] == [
        (level.level, level.training, level.test) for level in tissue.levels
    ]
    assert (("CCG", "St-Jude"), ("PB",)) == (source.only_test, tissue.only_test)


def test_sex_is_unknown_by_class(golub: tuple[Dataset, Audit]) -> None:
    """Known of 23 of 27 ALL and of none of 11 AML in training; of 18 of 20 and 8 of 14 after."""
    found = golub[1]
    sex = next(c for c in found.covariates.covariates if c.key == "sex")

    assert ((23, 0), (18, 8)) == (sex.known_training, sex.known_test)
    assert "sex" in found.missingness.names


def test_the_values_show_the_source_within_each_class(golub: tuple[Dataset, Audit]) -> None:
    """C24: St-Jude has 3 of 47 ALL and 5 of 25 AML; lineage and sex are not asked."""
    found = golub[1].batches
    of = {(r.class_label, r.level): r for r in found.results}
    all_, aml = of["ALL", "St-Jude"], of["AML", "St-Jude"]

    assert found.is_raised
    assert ((3, 44), (5, 20)) == ((all_.n_level, all_.n_rest), (aml.n_level, aml.n_rest))
    assert 1 == aml.auc
    assert all_.auc > 0.98
    assert {"source", "tissue", "age group"} == {r.covariate for r in found.results}


def test_class_and_prediction_are_no_covariates(golub: tuple[Dataset, Audit]) -> None:
    """Columns that restate them are not read."""
    actual = [c.key for c in golub[1].covariates.covariates]

    assert 9 == len(actual)  # eight of the table, and the age group that the study file states
    assert not {"ALL.AML", "PS", "Samples"} & set(actual)


def test_the_first_component_mixes_quality_and_biology(golub: tuple[Dataset, Audit]) -> None:
    """C25: its area is below 0.7, and it follows a measure of the arrays by more than 0.5."""
    found = golub[1]
    first = found.components.components[0]

    assert first.class_auc is not None
    assert first.class_auc < 0.7
    assert ("PC1", "call_rate") in found.components.followed


def test_components_of_all_patients(golub: tuple[Dataset, Audit]) -> None:
    """Of 3571 genes, all 72: PC1 has 16 % and an area of 0.58, PC2 r = 0.76 with the call rate."""
    dataset, found = golub
    clipped = np.clip(dataset.X, 100, 16_000)
    X = np.log10(VariationFilter().fit_transform(clipped))
    X = (X - X.mean(axis=0)) / X.std(axis=0)

    components, scores = arrays.components(dataset, X, np.arange(72), seed=0)

    assert 3571 == X.shape[1]
    assert components[0].variance_share == pytest.approx(0.16, abs=0.005)
    assert components[0].class_auc == pytest.approx(0.58, abs=0.01)
    assert components[1].class_auc == pytest.approx(0.89, abs=0.005)
    r = np.corrcoef(scores[:, 1], found.call_rate.values)[0, 1]
    assert abs(r) == pytest.approx(0.76, abs=0.005)


def test_only_st_jude_can_be_held_out(golub: tuple[Dataset, Audit], golub_config: Config) -> None:
    """It alone sent patients of both classes: 3 ALL and 5 AML."""
    dataset, _ = golub

    actual = next(p for p in make_plans(dataset, golub_config) if p.protocol.key == "source")

    assert None is actual.protocol.unavailable
    (fold,) = actual.folds
    assert ["ALL"] * 3 + ["AML"] * 5 == sorted(dataset.y[fold.test].tolist())


def test_the_study_goes_on_without_the_table(golub_dir: Path, golub_config: Config) -> None:
    """What the study file states of source, age, tissue and lineage stands in for the table."""
    _, _, actual = prepared(golub_config, golub_dir)

    names = [c.key for c in actual.covariates.covariates]
    assert ["source", "age group", "tissue", "lineage of ALL"] == names
    found = actual.association("source", "class", among="training")
    assert found is not None
    assert 1.0 == pytest.approx(found.value)


def test_the_study_file_states_what_the_table_says(golub: tuple[Dataset, Audit]) -> None:
    """Each patient's source, tissue and lineage are those of golubEsets."""
    dataset, _ = golub
    config = load(ROOT / "data" / "golub.toml")
    bare = replace(dataset, covariates=dataset.covariates[[]])

    stated, facts = known.add(bare, config)

    for column in ("source", "tissue", "lineage of ALL"):
        assert dataset.covariates[column].tolist() == stated.covariates[column].tolist()
    assert [False] * 4 == [fact.overridden for fact in facts]


@pytest.fixture(scope="module", params=["res", "gct"])
def broad_study(golub_config: Config, request: pytest.FixtureRequest) -> tuple[Config, Path]:
    """Describe the study in the Broad's layout, with 35 test samples."""
    folder = ROOT.parent / "shared" / "data" / "golub-broad"
    if not folder.is_dir():
        pytest.skip("the Broad's files are not beside the repository")
    names = {
        "train": f"all_aml_train.{request.param}",
        "train_classes": "all_aml_train.cls",
        "test": f"all_aml_test.{request.param}",
        "test_classes": "all_aml_test.cls",
    }
    study = golub_config.model_dump() | {
        "data": {
            "format": "broad",
            "unit": "average difference",
            "files": {role: {"name": name} for role, name in names.items()},
        }
    }
    return Config.model_validate(study), folder


def test_the_patient_in_both_files_is_named(broad_study: tuple[Config, Path]) -> None:
    """The first of the 35 test samples is training sample ALL_19769_B-cell, in all 7129 probes."""
    dataset, actual, _ = prepared(*broad_study)

    (pair,) = actual.pairs
    assert ("ALL_19769_B-cell", "ALL 19769 TA+ Norel") == (pair.first, pair.second)
    assert (7129, 35, 34) == (pair.n_equal, actual.n_test_before, len(dataset.test))
    assert ("ALL 19769 TA+ Norel",) == actual.left_out
    said = plain(actual.statement)
    assert "ALL 19769 TA+ Norel" in said
    assert "ALL_19769_B-cell" in said
    step = dataset.ledger[-1]
    assert (73, 72) == (step.n_samples_in, step.n_samples_out)


def test_the_patient_may_stay_in_the_test_set(broad_study: tuple[Config, Path]) -> None:
    """By a setting of the study, which the audit tells."""
    config, folder = broad_study
    section = config.audit.model_copy(update={"keep_identical": True})

    dataset, actual, _ = prepared(config.model_copy(update={"audit": section}), folder)

    assert (35, True) == (len(dataset.test), actual.kept)
    assert "own setting: ALL 19769 TA+ Norel" in plain(actual.statement)


def test_the_broads_labels_are_joined_by_position(broad_study: tuple[Config, Path]) -> None:
    """The audit says so, with the first pairs of both files."""
    _, _, actual = prepared(*broad_study)

    said = plain(actual.join.statement)
    assert actual.join.is_raised
    assert "By position" in said
    assert "ALL_19769_B-cell is ALL" in said


def test_the_broads_values_are_the_kaggle_ones(
    broad_study: tuple[Config, Path], golub: tuple[Dataset, Audit]
) -> None:
    """The 34 test samples and 10 of 38 training samples are equal, 28 differ by rounding."""
    config, folder = broad_study
    located = sources.find(config, data_dir=folder)

    actual = broad.read(located.paths, unit="units")

    dataset, _ = golub
    furthest = [
        np.abs(dataset.X[rows] - X).max(axis=1).min()
        for rows, X in (
            *((dataset.train, X) for X in actual.X[actual.train]),
            *((dataset.test, X) for X in actual.X[actual.test]),
        )
    ]
    assert 10 == furthest[:38].count(0)
    assert [False] + [True] * 34 == [difference == 0 for difference in furthest[38:]]
    assert sorted(actual.y.tolist()) == ["ALL"] * 48 + ["AML"] * 25
