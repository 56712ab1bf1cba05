"""What means unknown, and what becomes of samples of which something is not known."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from study_fixtures import changed, labelled, with_columns

from pipeline import audit, protocols
from pipeline.audits import unknown as checks
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.errors import ConfigError, DataError
from pipeline.readers import broad, gct, kaggle, tables
from pipeline.unknown import known, known_name
from report.formats import plain

Edit = Callable[[Path, str, str], None]

UNKNOWN = ["", "NA", "na", "N/A", "n/a", "NaN", "nan", "null", "NULL", "?", "#N/A", "<NA>", " "]
EITHER = ["None", "none", "-", "unknown", "Unknown", "UNKNOWN"]


@pytest.mark.parametrize("text", UNKNOWN)
def test_signs_of_the_unknown(text: str) -> None:
    """What R, Python, spreadsheets and databases write, whatever the capitals."""
    assert "" == known(text)


@pytest.mark.parametrize("text", ["0", "none of these", "Nancy", "Nan Hai", "NA12878", "-666", "n"])
def test_names_stay_names(text: str) -> None:
    """What only resembles such a sign is a name, and a number is a number."""
    assert text == known(text) == known_name(text, None, where="a")


@pytest.mark.parametrize("text", EITHER)
def test_what_can_be_either_is_a_question(text: str) -> None:
    """As a name it is refused until the study file says what it means, in either way."""
    with pytest.raises(DataError) as caught:
        known_name(text, None, where="a.csv: line 2")

    told = str(caught.value)
    assert told.startswith(f"a.csv: line 2: expected a name or an empty field, found {text!r}")
    assert f'data.missing = ["{text}"]' in told
    assert "data.missing = []" in told
    assert "" == known_name(text, [text], where="a")
    assert text == known_name(text, [], where="a")


@pytest.mark.parametrize("text", UNKNOWN)
def test_no_setting_makes_a_class_of_na(text: str) -> None:
    """`missing = []` decides what can be either, and nothing else."""
    assert "" == known_name(text, [], where="a")


def test_words_of_the_study_file_mean_unknown() -> None:
    """Whatever their capitals."""
    assert "" == known("Refused", ["refused"])


def read_tables(folder: Path, missing: list[str] | None = None) -> Dataset:
    """Read the study in tables."""
    paths = {"expression": folder / "expression.csv", "samples": folder / "samples.csv"}
    return tables.read(paths, unit="u", missing=missing)


@pytest.mark.parametrize("text", ["NA", "nan", "null", "?", "#N/A", ""])
def test_a_sample_without_a_class_is_left_out_of_tables(
    tables_dir: Path, edit: Edit, text: str
) -> None:
    """It is no class of its own; the ledger counts it, and the join leaves it aside."""
    edit(tables_dir / "samples.csv", "S7,AML,test", f"S7,{text},test")

    actual = read_tables(tables_dir)

    assert ("ALL", "AML") == actual.classes
    assert tuple(f"S{i}" for i in range(1, 7)) == actual.sample_ids
    assert [[10 * i, 10 * i + 1] for i in range(1, 7)] == actual.X.tolist()
    assert ("S7",) == actual.unlabelled
    assert (7, 6) == (actual.ledger[-1].n_samples_in, actual.ledger[-1].n_samples_out)
    assert "class unknown: 'S7'" == actual.ledger[-1].detail
    assert 6 == actual.join.n_matched


def test_a_sample_without_a_class_needs_no_part(tables_dir: Path, edit: Edit) -> None:
    """Who has no diagnosis is often in neither part of the split."""
    edit(tables_dir / "samples.csv", "S7,AML,test", "S7,NA,NA")

    assert ("S7",) == read_tables(tables_dir).unlabelled


@pytest.mark.parametrize("text", EITHER)
def test_a_class_that_can_be_either_is_a_question(tables_dir: Path, edit: Edit, text: str) -> None:
    """The line is named; the setting decides."""
    edit(tables_dir / "samples.csv", "S7,AML,test", f"S7,{text},test")

    with pytest.raises(DataError, match=r"samples.csv: line 8, class of sample 'S7': expected a "):
        read_tables(tables_dir)
    assert ("S7",) == read_tables(tables_dir, [text]).unlabelled


def test_untreated_controls_may_be_called_none(tables_dir: Path) -> None:
    """Where the study file says that no further word means unknown, None is a class."""
    path = tables_dir / "samples.csv"
    path.write_text(path.read_text().replace("ALL", "None"))

    assert ("AML", "None") == read_tables(tables_dir, []).classes


def test_labels_of_kaggle(kaggle_dir: Path, edit: Edit) -> None:
    """The same holds for the labels of the Kaggle layout."""
    edit(kaggle_dir / "actual.csv", "7,ALL", "7,NA")
    files = {"labels": "actual.csv", "train": "train.csv", "independent": "test.csv"}
    paths = {role: kaggle_dir / name for role, name in files.items()}

    actual = kaggle.read(paths, unit="u")

    assert ("7",) == actual.unlabelled
    assert ("ALL", "AML") == actual.classes
    assert [10.0 * int(sample) for sample in actual.sample_ids] == actual.X[:, 0].tolist()
    edit(kaggle_dir / "actual.csv", "7,NA", "7,unknown")
    with pytest.raises(DataError, match=r"actual.csv: line \d+, class of sample '7': expected a "):
        kaggle.read(paths, unit="u")


def write_gct(path: Path, n_samples: int) -> Path:
    """Write two genes; sample k has k and 10 k."""
    names = "\t".join(f"S{k}" for k in range(n_samples))
    rows = [
        "\t".join([gene, "na", *(str(k * size) for k in range(n_samples))])
        for gene, size in (("g1", 1), ("g2", 10))
    ]
    text = [f"#1.2\n2\t{n_samples}\nName\tDescription\t{names}", *rows]
    path.write_text("\n".join(text) + "\n")
    return path


def test_classes_of_cls(tmp_path: Path) -> None:
    """The same holds for CLS: by number or by name, NA is no class."""
    paths = {"train": write_gct(tmp_path / "a.gct", 8), "train_classes": tmp_path / "a.cls"}
    paths["train_classes"].write_text("8 3 1\n# ALL NA AML\n0 0 0 1 1 2 2 2\n")

    actual = broad.read(paths, unit="u")

    assert ("ALL", "AML") == actual.classes
    assert [0, 1, 2, 5, 6, 7] == actual.X[:, 0].tolist()
    assert ("S3", "S4") == actual.unlabelled
    assert 6 == actual.join.n_matched
    assert ("", "") == actual.gene_descriptions
    paths["train_classes"].write_text("8 3 1\n# ALL - AML\nALL ALL ALL - - AML AML AML\n")
    with pytest.raises(DataError, match=r"a.cls: class of sample 'S3': expected a name or an"):
        broad.read(paths, unit="u")


def test_too_few_that_have_a_class_are_refused(tables_dir: Path, edit: Edit) -> None:
    """The message counts those without one."""
    edit(tables_dir / "samples.csv", "S3,ALL", "S3,NA")
    edit(tables_dir / "samples.csv", "S2,ALL", "S2,")

    with pytest.raises(DataError) as caught:
        read_tables(tables_dir)

    assert (
        "samples.csv: expected at least 3 training samples in each class, found 1 in class 'ALL' "
        "(2 samples without a class were left out)"
    ) == str(caught.value)


def test_annotations_of_gct_1_3(tmp_path: Path) -> None:
    """There na and -666 are unknown as well; a value of -666 stays a value."""
    path = tmp_path / "a.gct"
    path.write_text(
        "#1.3\n2\t3\t1\t2\nid\tpr_gene_symbol\tS1\tS2\tS3\nsite\tna\tA\tna\t-666\n"
        "dose\tna\t-666\t1\t2\ng1\t-666\t-666\t1\t2\ng2\tZYX\t3\t-666\t5\n"
    )

    actual = gct.read(path)

    assert [["A", ""], ["", "1"], ["", "2"]] == actual.covariates.to_numpy().tolist()
    assert ("", "ZYX") == actual.gene_descriptions
    assert [[-666, 1, 2], [3, -666, 5]] == actual.values.tolist()


def study(config: Config, **columns: list[str]) -> tuple[Dataset, Config]:
    """Make twelve samples of two classes with further columns."""
    dataset = with_columns(labelled(["a", "b"] * 6), **columns)
    return dataset, changed(config, **{f"{name}_column": name for name in columns})


GROUPS = ["P1", "P1", "P2", "P2", "P3", "P3", "P4", "P4", "NA", "", "nan", "?"]


def test_samples_of_unknown_group_stand_alone(toy_config: Config) -> None:
    """They are not one group of all unknown; the report names and counts them."""
    dataset, config = study(toy_config, group=GROUPS)

    groups = protocols.covariate(dataset, "group", "group_column")
    record = checks.groups(dataset, config)

    assert groups is not None
    assert 4 + 4 == len(np.unique(groups))
    assert 4 == record.n
    assert record.is_raised
    assert (
        "The group of 4 of 12 samples is unknown (S8, S9, S10, S11): each stands alone, and those "
        "of one group may be on both sides of a split."
    ) == plain(record.statement)


def test_a_sample_of_unknown_group_has_no_name_of_a_group(toy_config: Config) -> None:
    """A group that is called like it stays another."""
    dataset, _ = study(toy_config, group=["S11", *["P1"] * 5, *["P2"] * 5, ""])

    groups = protocols.covariate(dataset, "group", "group_column")

    assert groups is not None
    assert groups[0] != groups[11]


def test_an_unknown_source_is_not_held_out(toy_config: Config) -> None:
    """Nor is it a source of its own."""
    sources = [*["A"] * 4, *["B"] * 4, "NA", "n/a", "", "?"]
    dataset, config = study(toy_config, source=sources)

    plan = next(p for p in protocols.make_plans(dataset, config) if p.protocol.key == "source")
    record = checks.sources(dataset, config)

    assert ["A", "B"] == str(plan.protocol.description.values[0].value).split(", ")
    assert 8 == sum(len(fold.test) for fold in plan.folds)
    assert "they are never held out with their source" in plain(record.statement)


@pytest.mark.parametrize("key", ["group", "source"])
def test_a_group_or_source_that_can_be_either_is_a_question(toy_config: Config, key: str) -> None:
    """The study file says whether unknown is one."""
    dataset, config = study(toy_config, **{key: ["unknown", *["A", "B"] * 5, "A"]})

    with pytest.raises(DataError, match=f"{key} of sample 'S0': expected a name or an empty"):
        audit.with_columns(dataset, config)


@pytest.mark.parametrize("key", ["group", "source"])
def test_a_column_that_is_all_unknown_is_refused(toy_config: Config, key: str) -> None:
    """There is nothing to group by."""
    dataset, config = study(toy_config, **{key: [""] * 12})

    with pytest.raises(ConfigError, match=f"evaluate.{key}_column: expected samples whose {key}"):
        audit.with_columns(dataset, config)


def test_columns_may_be_named_in_other_capitals(toy_config: Config) -> None:
    """The name as it stands in the file is taken; two that differ in capitals only are not."""
    dataset, config = study(toy_config, group=GROUPS)
    dataset = replace(dataset, covariates=pd.DataFrame({"Group": GROUPS}))

    assert "Group" == audit.with_columns(dataset, config).evaluate.group_column
    dataset = replace(dataset, covariates=pd.DataFrame({"Group": GROUPS, "GROUP": GROUPS}))
    with pytest.raises(ConfigError, match="expected a column of the samples table"):
        audit.with_columns(dataset, config)


def test_one_sample_without_a_class_is_singular() -> None:
    """The sentence agrees with the number."""
    dataset = replace(labelled(["a", "b"] * 6), unlabelled=("S99",))

    assert "1 of 13 samples has no class and was left out: S99." == plain(
        checks.unlabelled(dataset).statement
    )
