import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pipeline.dataset import Dataset
from pipeline.errors import DataError
from pipeline.readers import broad, cls, gct, res

ROOT = Path(__file__).resolve().parents[1]
Edit = Callable[[Path, str, str], None]

# Three genes, six training and two test samples; sample k has 10 k, 10 k + 1 and 10 k + 2.
RES = (
    "Description\tAccession\tS1\t\tS2\t\tS3\t\tS4\t\tS5\t\tS6\t\n"
    "\tscan 1\t\tscan 2/scale factor=1.5\t\tscan 3/scale factor=0.9\n"
    "3\n"
    'B" subunit\tG0\t10\tA\t20\tP\t30\tM\t40\tA\t50\tA\t60\tP\n'
    "Zyxin\tG1\t11\tA\t21\tP\t31\tM\t41\tA\t51\tA\t61\tP\n"
    "MB-1\tG2\t12\tA\t22\tP\t32\tM\t42\tA\t52\tA\t62\tP\n"
)
GCT = (
    "#1.2\n3\t2\nName\tDescription\tS7\tS8\n"
    'G2\tMB-1\t72\t82\nG0\tB" subunit\t70\t80\nG1\tZyxin\t71\t81\n'
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a study in the Broad's layout; the genes of the test file stand in another order."""
    (tmp_path / "train.res").write_text(RES)
    (tmp_path / "train.cls").write_text("6 2 1\n# ALL AML\n0 0 0 1 1 1\n")
    (tmp_path / "test.gct").write_text(GCT)
    (tmp_path / "test.cls").write_text("2 2 1\n# ALL AML\n0 1\n")
    return tmp_path


def read(folder: Path, *, test: bool = True) -> Dataset:
    """Read the study."""
    paths = {"train": folder / "train.res", "train_classes": folder / "train.cls"}
    if test:
        paths |= {"test": folder / "test.gct", "test_classes": folder / "test.cls"}
    return broad.read(paths, unit="units")


def complaint(read_it: Callable[[], object]) -> str:
    """Give what the reader says."""
    with pytest.raises(DataError) as caught:
        read_it()
    return str(caught.value)


def test_matrix_is_transposed_and_genes_are_joined_by_name(folder: Path) -> None:
    """Row s holds the values of sample s, whatever the order of the genes."""
    actual = read(folder)

    expected = [[10 * sample + gene for gene in range(3)] for sample in range(1, 9)]
    assert expected == actual.X.tolist()
    assert ("G0", "G1", "G2") == actual.gene_ids


def test_labels_are_joined_by_position(folder: Path) -> None:
    """The first label to the first column; the record says so, with pairs of both files."""
    actual = read(folder)

    assert ["ALL"] * 3 + ["AML"] * 3 + ["ALL", "AML"] == actual.y.tolist()
    assert "position" == actual.join.method
    pairs = (("S1", "ALL"), ("S2", "ALL"), ("S3", "ALL"), ("S7", "ALL"), ("S8", "AML"))
    assert pairs == actual.join.first_pairs


def test_the_files_are_the_split(folder: Path) -> None:
    """Without a test file all are training samples."""
    assert (6, 2) == (len(read(folder).train), len(read(folder).test))
    assert (6, 0) == (len(read(folder, test=False).train), len(read(folder, test=False).test))


def test_an_unbalanced_quote_is_a_character(folder: Path) -> None:
    """It does not swallow the lines after it."""
    assert ('B" subunit', "Zyxin", "MB-1") == read(folder).gene_descriptions


def test_the_order_of_the_genes_is_compared(folder: Path) -> None:
    """The genes are the same, and stand in another order."""
    counts = read(folder).gene_counts

    assert counts is not None
    assert (3, 0, 0, True) == (
        counts.n_shared,
        counts.n_only_training,
        counts.n_only_test,
        counts.order_differs,
    )


def test_genes_of_one_file_are_left_out(folder: Path, edit: Edit) -> None:
    """What the training file calls G1 is called G9 in the test file."""
    edit(folder / "test.gct", "G1\tZyxin", "G9\tZyxin")

    actual = read(folder)

    assert ("G0", "G2") == actual.gene_ids
    assert [[70, 72], [80, 82]] == actual.X[6:].tolist()
    assert actual.gene_counts is not None
    assert (2, 1, 1) == (
        actual.gene_counts.n_shared,
        actual.gene_counts.n_only_training,
        actual.gene_counts.n_only_test,
    )
    put_together = next(step for step in actual.ledger if step.step == "Files put together")
    assert (3, 2) == (put_together.n_genes_in, put_together.n_genes_out)


def test_calls_are_kept_where_every_file_has_them(folder: Path) -> None:
    """A GCT file has none."""
    assert read(folder).calls is None
    calls = read(folder, test=False).calls

    assert calls is not None
    assert ["A", "P", "M", "A", "A", "P"] == calls[:, 0].tolist()


def test_scale_factors_are_covariates(folder: Path) -> None:
    """The second line gives them for samples 2 and 3."""
    actual = read(folder).covariates["scale factor"]

    assert ["", "1.5", "0.9", "", "", "", "", ""] == actual.tolist()


def test_a_gzipped_file_is_read(folder: Path) -> None:
    """By its ending."""
    zipped = folder / "train.res.gz"
    zipped.write_bytes(gzip.compress(RES.encode()))
    paths = {"train": zipped, "train_classes": folder / "train.cls"}

    actual = broad.read(paths, unit="units")

    assert (6, 3) == actual.X.shape


def test_a_file_that_went_through_a_spreadsheet_is_read(folder: Path) -> None:
    """Padding tabs, quotes around fields and other line ends change nothing."""
    text = GCT.replace('B" subunit', '"B"" subunit"')
    padded = "\r\n".join(f"{line}\t\t" for line in text.splitlines())
    expected = read(folder)
    (folder / "test.gct").write_bytes(padded.encode())

    actual = read(folder)

    assert expected.X.tolist() == actual.X.tolist()
    assert 'B" subunit' == gct.read(folder / "test.gct").gene_descriptions[1]


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (
            "train.res",
            "Description\t",
            "Name\t",
            "train.res: line 1: expected the columns 'Description' and 'Accession' first, "
            "found ['Name', 'Accession']",
        ),
        (
            "train.res",
            "S1\t\tS2",
            "S1\tS2\t",
            "train.res: line 1: expected an empty field after every sample, found 'S2'",
        ),
        (
            "train.res",
            "\n3\n",
            "\nx\n",
            "train.res: line 3: expected the number of genes, found 'x'",
        ),
        (
            "train.res",
            "\n3\n",
            "\n4\n",
            "train.res: expected 4 rows of genes as line 3 says, found 3",
        ),
        (
            "train.res",
            "21\tP",
            "21\tQ",
            "train.res: line 5, call of sample 'S2': expected A, P or M, found 'Q'",
        ),
        (
            "train.res",
            "21\tP",
            "2l\tP",
            "train.res: line 5, sample 'S2': expected a number, found '2l'",
        ),
        (
            "train.res",
            "\t61\tP",
            "",
            "train.res: line 5: expected 14 fields, found 12",
        ),
        (
            "train.res",
            "Zyxin\tG1",
            "Zyxin\tG0",
            "train.res: line 5: expected each gene accession once, found 'G0' again, "
            "which stands in line 4",
        ),
        (
            "test.gct",
            "#1.2",
            "#1.1",
            "test.gct: line 1: expected '#1.2' or '#1.3', found '#1.1'",
        ),
        (
            "test.gct",
            "3\t2",
            "3\t3",
            "test.gct: line 3: expected 'Name' or 'id' and 5 fields in all as line 2 says, "
            "found 'Name' and 4",
        ),
        (
            "test.gct",
            "\t71\t81",
            "\t71\t81\t91",
            "test.gct: line 6: expected 4 fields, found 5",
        ),
        (
            "test.gct",
            "\t71\t",
            "\tNA\t",
            "test.gct: line 6, sample 'S7': expected a number, found 'NA'",
        ),
        (
            "test.gct",
            "S7\t",
            "S1\t",
            "train.res and test.gct: expected each sample once, found 'S1' twice",
        ),
        (
            "train.cls",
            "6 2 1",
            "5 2 1",
            "train.cls: line 3: expected 5 labels as line 1 says, found 6",
        ),
        (
            "train.cls",
            "# ALL AML",
            "# ALL",
            "train.cls: line 2: expected '#' and the names of 2 classes, found '# ALL'",
        ),
        (
            "train.cls",
            "0 0 0 1 1 1",
            "0 0 0 1 1 2",
            "train.cls: line 3, label 6: expected a number below 2 or one of ALL, AML, found '2'",
        ),
        (
            "train.cls",
            "0 0 0 1 1 1",
            "0 0 0 0 0 0",
            "train.cls: line 3: expected a sample of every class, found none of 'AML'",
        ),
        (
            "train.cls",
            "\n0 0 0",
            "\n\n",
            "train.cls: line 4: expected 6 labels as line 1 says, found 3",
        ),
        (
            "test.cls",
            "2 2 1\n# ALL AML\n0 1",
            "3 2 1\n# ALL AML\n0 1 1",
            "test.cls: line 1: expected 2 samples as in test.gct, found 3",
        ),
    ],
)
def test_broken_files_are_refused(
    folder: Path, edit: Edit, file: str, old: str, new: str, expected: str
) -> None:
    """One line names file, line, what was expected and what was found."""
    edit(folder / file, old, new)

    assert expected == complaint(lambda: read(folder))


def test_files_without_a_gene_in_common_are_refused(folder: Path) -> None:
    """They are of two platforms."""
    (folder / "test.gct").write_text(GCT.replace("\nG", "\nH"))

    assert "test.gct: expected genes of train.res such as 'G0', found none of them" == complaint(
        lambda: read(folder)
    )


def test_another_ending_is_refused(folder: Path) -> None:
    """The format is told by the ending."""
    paths = {"train": folder / "train.cls", "train_classes": folder / "train.cls"}

    assert "train.cls: expected a .res or .gct file, found .cls" == complaint(
        lambda: broad.read(paths, unit="u")
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4 2 1\n# ALL AML\n0 0 1 1\n", ("ALL", "ALL", "AML", "AML")),
        ("4 2 1\n#ALL AML\nAML ALL AML ALL\n\n", ("AML", "ALL", "AML", "ALL")),
        (
            "4\t2\t1\r\n#\tT cell\tB cell\r\nT cell\tT cell\tB cell\tB cell\r\n",
            ("T cell", "T cell", "B cell", "B cell"),
        ),
        ("3 3 1\n# 0 1 2\n0 1 2 \n", ("0", "1", "2")),
    ],
)
def test_classes_by_number_and_by_name(
    tmp_path: Path, text: str, expected: tuple[str, ...]
) -> None:
    """With blanks or tabs between them."""
    path = tmp_path / "a.cls"
    path.write_bytes(text.encode())

    assert expected == cls.read(path)


def test_classes_that_can_be_read_in_two_ways_are_refused(tmp_path: Path) -> None:
    """By place 1 is AML; by order of appearance it is ALL."""
    path = tmp_path / "a.cls"
    path.write_text("4 2 1\n# ALL AML\n1 1 0 0\n")

    assert (
        "a.cls: line 3: expected the numbers to come up first in the order 0 1, found 1 first: "
        "by place it is 'AML', by order of appearance 'ALL'; write the names instead"
        == complaint(lambda: cls.read(path))
    )


def test_annotations_of_version_1_3(tmp_path: Path) -> None:
    """Those of genes name them, those of samples are covariates."""
    path = tmp_path / "a.gct"
    path.write_text(
        "#1.3\n2\t2\t2\t1\nid\tchip\tsymbol\tS1\tS2\ndose\tna\tna\t1.5\t3\n"
        "X1\tu133\tZYX\t7\t8\nX2\tu133\tCD79A\t4\t5\n"
    )

    actual = gct.read(path)

    assert ("ZYX", "CD79A") == actual.gene_descriptions
    assert [[7, 8], [4, 5]] == actual.values.tolist()
    assert ["1.5", "3"] == actual.covariates["dose"].tolist()


# Files broken in the wild: what they are is said in the README of their folder.
BROKEN = {
    "bad_tabs.gct": "line 2: expected the numbers of rows and columns, found '99  99'",
    "baddata.cls": "line 3: expected 35 labels as line 1 says, found 36",
    "badfirstline.cls": "line 1: expected the numbers of samples and classes and a 1, "
    "found 'hihihi35 2 1'",
    "blank_countLine.res": "line 3: expected the number of genes, found a blank line",
    "empty.gct": "line 1: expected a header, found an empty file",
    "no_class_fixed1.cls": "line 3: expected the numbers to come up first in the order 0 1, "
    "found 1 first: by place it is 'class_0', by order of appearance 'class_1'; write the names "
    "instead",
    "nothing.cls": "line 1: expected a header, found an empty file",
    "real1-Nos-duplicate_accessions.res": "line 9: expected each gene accession once, "
    "found 'AFFX-BioB-5_at' again, which stands in line 8",
    "tooManyDataPoints.cls": "line 3: expected 35 labels as line 1 says, found 36",
}


@pytest.mark.parametrize("name", BROKEN)
def test_files_broken_in_the_wild_are_refused(name: str) -> None:
    """Each gives one line that names the file, the line, what was expected and what was found."""
    path = ROOT.parent / "shared" / "data" / "broken" / name
    if not path.is_file():
        pytest.skip("the broken files are not beside the repository (../shared/data/broken)")
    kinds = {".cls": cls.read, ".gct": gct.read, ".res": res.read}

    assert f"{name}: {BROKEN[name]}" == complaint(lambda: kinds[path.suffix](path))


def test_versions_of_gct_in_the_wild() -> None:
    """Padded 1.2, and 1.3 with annotations of genes and samples."""
    folder = ROOT.parent / "shared" / "data" / "gct13"
    if not folder.is_dir():
        pytest.skip("the files are not beside the repository (../shared/data/gct13)")

    old = gct.read(folder / "test_v1point2_n5x10.gct")
    new = gct.read(folder / "mini_gctoo_for_testing.gct")

    assert ((10, 5), "PSME1", 11.3819) == (
        old.values.shape,
        old.gene_descriptions[0],
        old.values[0, 0],
    )
    assert ((6, 6), "count_cv") == (new.values.shape, new.covariates.columns[0])
    assert np.isfinite(new.values).all()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.cls", "{n} 2 1\n# A B\nA B\n"),
        ("a.gct", "#1.2\n{n}\t2\nName\tDescription\tS1\tS2\nG0\tx\t1\t2\n"),
        ("a.gct", "#1.3\n1\t2\t{n}\t0\nid\tS1\tS2\nG0\t1\t2\n"),
        ("a.gct", "#1.2\n1\t2\nName\tDescription\tS1\tS2\nG0\tx\t{n}\t2\n"),
        ("a.res", "Description\tAccession\tS1\t\n\n{n}\nx\tG0\t1\tA\n"),
    ],
)
def test_a_number_of_thousands_of_digits_is_refused(
    tmp_path: Path, name: str, content: str
) -> None:
    """Python converts no such text; the message is one short line."""
    path = tmp_path / name
    path.write_text(content.replace("{n}", "9" * 5000))
    readers: dict[str, Callable[[Path], object]] = {
        ".cls": cls.read,
        ".gct": gct.read,
        ".res": res.read,
    }

    actual = complaint(lambda: readers[path.suffix](path))

    assert actual.startswith(f"{name}: line ")
    assert len(actual) < 250


def test_an_excel_workbook_is_recognised(folder: Path) -> None:
    """Under its own ending, and under that of another format."""
    for name in ("train.xlsx", "train.gct"):
        (folder / name).write_bytes(b"PK\x03\x04\x14\x00")
        paths = {"train": folder / name, "train_classes": folder / "train.cls"}

        actual = complaint(lambda paths=paths: broad.read(paths, unit="units"))

        assert f"{name}: expected a table as text, found what looks like an Excel" in actual
