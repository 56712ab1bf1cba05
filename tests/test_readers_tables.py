from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.dataset import Dataset
from pipeline.errors import DataError
from pipeline.readers import tables

Edit = Callable[[Path, str, str], None]


def read(folder: Path) -> Dataset:
    """Read the study of a folder."""
    files = {"expression": "expression.csv", "samples": "samples.csv"}
    return tables.read({role: folder / name for role, name in files.items()}, unit="units")


def complaint(folder: Path) -> str:
    """Give what the reader says of a study that it refuses."""
    with pytest.raises(DataError) as caught:
        read(folder)
    return str(caught.value)


def test_matrix_is_transposed_and_in_table_order(tables_dir: Path) -> None:
    """Row s of the matrix holds the values of sample s, whatever the order of the columns."""
    expected = [[10 * sample, 10 * sample + 1] for sample in range(1, 8)]

    actual = read(tables_dir)

    assert expected == actual.X.tolist()


def test_labels_are_joined_by_name(tables_dir: Path) -> None:
    """Classes follow the names of the samples."""
    actual = read(tables_dir)

    assert ["ALL"] * 3 + ["AML"] * 4 == actual.y.tolist()


def test_the_split_column_is_the_split(tables_dir: Path) -> None:
    """Samples marked test are test samples."""
    actual = read(tables_dir)

    assert [6] == actual.test.tolist()


def test_without_a_split_column_all_samples_train(tables_dir: Path) -> None:
    """A table without a split has no test samples."""
    path = tables_dir / "samples.csv"
    rows = [line.rsplit(",", 1)[0] for line in path.read_text().splitlines()]
    path.write_text("\n".join(rows))

    actual = read(tables_dir)

    assert 0 == len(actual.test)


def test_descriptions_are_read(tables_dir: Path) -> None:
    """The description column gives the genes' descriptions."""
    actual = read(tables_dir)

    assert ("Zyxin", "MB-1") == actual.gene_descriptions


def test_descriptions_are_optional(tables_dir: Path, edit: Edit) -> None:
    """A matrix without that column has empty descriptions."""
    edit(tables_dir / "expression.csv", ",description", "")
    edit(tables_dir / "expression.csv", ",Zyxin", "")
    edit(tables_dir / "expression.csv", ",MB-1", "")

    actual = read(tables_dir)

    assert ("", "") == actual.gene_descriptions


def test_other_columns_are_kept_as_covariates(tables_dir: Path) -> None:
    """A further column of the table of samples is kept as text, under its name in the file."""
    path = tables_dir / "samples.csv"
    header, *rows = path.read_text().splitlines()
    path.write_text("\n".join([f"{header},Age", *(f"{row},{i}" for i, row in enumerate(rows))]))

    actual = read(tables_dir).covariates

    expected = {"Age": {f"S{i + 1}": str(i) for i in range(7)}}
    assert expected == actual.to_dict()


def test_names_of_columns_with_a_meaning_may_be_in_capitals(tables_dir: Path, edit: Edit) -> None:
    """Sample, class and split are known in any capitals."""
    edit(tables_dir / "samples.csv", "sample,class,split", "Sample,CLASS,Split")

    actual = read(tables_dir)

    assert ("ALL", "AML") == actual.classes
    assert [6] == actual.test.tolist()


@pytest.mark.parametrize("name", ["gene_name", "Gene_Symbol", "symbol"])
def test_symbols_describe_the_genes(tables_dir: Path, edit: Edit, name: str) -> None:
    """So does the second column of nf-core, whatever it is called of these."""
    edit(tables_dir / "expression.csv", "gene,description", f"gene_id,{name}")

    actual = read(tables_dir)

    assert ("Zyxin", "MB-1") == actual.gene_descriptions
    assert f"the column {name} describes the genes" in actual.ledger[0].detail


def test_other_columns_of_the_genes_are_not_read(tables_dir: Path, edit: Edit) -> None:
    """A number of Entrez is no sample; the ledger names the column."""
    path = tables_dir / "expression.csv"
    edit(path, "gene,description", "gene,Entrez_ID,description")
    edit(path, "Zyxin", "7791,Zyxin")
    edit(path, "MB-1", "973,MB-1")

    actual = read(tables_dir)

    assert ("Zyxin", "MB-1") == actual.gene_descriptions
    assert 3 == actual.columns[0].n_names
    assert actual.ledger[0].detail.endswith("not read: Entrez_ID")


def test_a_sample_may_be_called_like_such_a_column(tables_dir: Path) -> None:
    """What the table of samples names is a sample."""
    for name in ("expression.csv", "samples.csv"):
        path = tables_dir / name
        path.write_text(path.read_text().replace("description,", "").replace("S7", "start"))
    path = tables_dir / "expression.csv"
    path.write_text(path.read_text().replace(",Zyxin", "").replace(",MB-1", ""))

    assert "start" in read(tables_dir).sample_ids


@pytest.mark.parametrize(
    ("name", "old"), [("expression.csv", "gene,description"), ("samples.csv", "sample,class")]
)
@pytest.mark.parametrize("as_", ["r", "pandas"])
def test_names_of_rows_without_a_header_are_read(
    tables_dir: Path, edit: Edit, name: str, old: str, as_: str
) -> None:
    """R writes no field above the names of the rows, pandas an empty one."""
    expected = read(tables_dir)
    edit(tables_dir / name, old.split(",")[0] + ",", "" if as_ == "r" else ",")

    actual = read(tables_dir)

    assert expected.X.tolist() == actual.X.tolist()
    assert expected.y.tolist() == actual.y.tolist()
    assert expected.gene_ids == actual.gene_ids


def test_numbers_of_rows_are_not_read(tables_dir: Path) -> None:
    """Where the samples have a column of their own, numbers in front of it are nothing."""
    path = tables_dir / "samples.csv"
    header, *rows = path.read_text().splitlines()
    numbered = [f"{number},{row}" for number, row in enumerate(rows, start=1)]
    path.write_text("\n".join([header, *numbered]) + "\n")

    actual = read(tables_dir)

    assert ["ALL"] * 3 + ["AML"] * 4 == actual.y.tolist()
    assert [] == list(actual.covariates.columns)


def test_the_layout_has_no_calls(tables_dir: Path) -> None:
    """There are no detection calls in this layout."""
    actual = read(tables_dir).calls

    assert actual is None


@pytest.mark.parametrize("name", ["expression.csv", "samples.csv"])
def test_a_missing_file_is_named(tables_dir: Path, name: str) -> None:
    """Each of the two files is missed by its name."""
    (tables_dir / name).unlink()

    actual = complaint(tables_dir)

    assert f"{tables_dir / name}: expected a data file, found none" == actual


@pytest.mark.parametrize("name", ["expression.csv", "samples.csv"])
def test_an_empty_file_is_named(tables_dir: Path, name: str) -> None:
    """Each of the two files must have a header."""
    (tables_dir / name).write_text("")

    actual = complaint(tables_dir)

    assert f"{name}: expected a header line, found an empty file" == actual


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        (
            "expression.csv",
            "30,20,10",
            "30,20",
            "expression.csv: line 2: expected 9 fields, found 8",
        ),
        (
            "expression.csv",
            "61,51",
            "61,?",
            "expression.csv: line 3, sample 'S5': expected a number, found '?'",
        ),
        (
            "expression.csv",
            "61,51",
            "61,",
            "expression.csv: line 3, sample 'S5': expected a number, found an empty field",
        ),
        (
            "expression.csv",
            "61,51",
            "61,nan",
            "expression.csv: line 3, sample 'S5': expected a number, found 'nan'",
        ),
        (
            "expression.csv",
            "S7,S6",
            "S7,S7",
            "expression.csv: expected each sample column once, found 'S7' twice",
        ),
        (
            "expression.csv",
            "U05259_at",
            "X95735_at",
            "expression.csv: expected each gene once, found 'X95735_at' twice",
        ),
        (
            "expression.csv",
            "U05259_at",
            "",
            "expression.csv: expected a name for every gene, found none for number 2",
        ),
        (
            "samples.csv",
            "sample,class",
            "name,class",
            "samples.csv: line 1: expected the columns 'sample' and 'class', found "
            "['name', 'class', 'split']",
        ),
        (
            "samples.csv",
            "S2,ALL,train\n",
            "",
            "samples.csv: expected a label for every sample of expression.csv, found none for 'S2'",
        ),
        (
            "samples.csv",
            "S7,AML,test\n",
            "S7,AML,test\nS8,AML,test\n",
            "expression.csv: expected a column for every label of samples.csv, found none for "
            "sample 'S8'",
        ),
        (
            "samples.csv",
            "S3,ALL",
            "S2,ALL",
            "samples.csv: line 4: expected each sample once, found 'S2' again",
        ),
        (
            "samples.csv",
            "S3,ALL",
            ",ALL",
            "samples.csv: line 4: expected each sample once, found an empty field",
        ),
        (
            "samples.csv",
            "S3,ALL",
            "S3,",
            "samples.csv: expected at least 3 training samples in each class, found 2 in class "
            "'ALL' (1 sample without a class was left out)",
        ),
        (
            "samples.csv",
            "AML,test",
            "AML,validation",
            "samples.csv: line 8, sample 'S7': expected 'train' or 'test' in column 'split', "
            "found 'validation'",
        ),
        (
            "samples.csv",
            "S6,AML,train",
            "S6,AML,test",
            "samples.csv: expected at least 3 training samples in each class, found 2 in class "
            "'AML'",
        ),
    ],
)
def test_bad_input_is_named_on_one_line(
    tables_dir: Path, edit: Edit, name: str, old: str, new: str, expected: str
) -> None:
    """Each fault is one line: file, line or sample, what was expected, what was found."""
    edit(tables_dir / name, old, new)

    actual = complaint(tables_dir)

    assert expected == actual


def test_a_header_without_rows_is_refused(tables_dir: Path) -> None:
    """A matrix with a header only has no gene."""
    (tables_dir / "expression.csv").write_text("gene,description,S1,S2\n")

    actual = complaint(tables_dir)

    expected = "expression.csv: expected genes in rows and samples in columns, found 0 genes "
    assert expected + "and 2 samples" == actual


def test_a_matrix_without_samples_is_refused(tables_dir: Path) -> None:
    """A matrix with names of genes only has no sample."""
    (tables_dir / "expression.csv").write_text("gene\nX95735_at\n")

    actual = complaint(tables_dir)

    expected = "expression.csv: expected genes in rows and samples in columns, found 1 genes "
    assert expected + "and 0 samples" == actual


def test_a_class_column_that_stands_twice_is_refused(tables_dir: Path) -> None:
    """Two columns named class do not say which one is meant."""
    path = tables_dir / "samples.csv"
    path.write_text(path.read_text().replace("split", "class").replace("train", "ALL"))

    actual = complaint(tables_dir)

    assert "samples.csv: expected each column once, found 'class' twice" == actual
