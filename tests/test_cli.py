import hashlib
import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, rmtree

import pikepdf
import pytest
from report_fixtures import ROOT, parse, python, small

from pipeline import results as records
from pipeline import run as story
from pipeline import sources
from pipeline.config import Config
from pipeline.results import Results
from report import __main__ as entry
from report import html, output
from report.figures import catalogue
from report.formats import plain
from report.tables.caveats import summary

FILES = ["report.html", "report.pdf", "results.json"]
CHAPTERS = ["methods.md", "methods.tex", "references.bib"]
PAGE_ONLY = ["MANIFEST.sha256", "report.html", "results.json"]
STUDY = """
[study]
name = "tiny"
title = "A tiny study"
[data]
format = "tables"
folders = ["tables"]
[data.files.expression]
name = "expression.csv"
[data.files.samples]
name = "samples.csv"
[evaluate]
models = ["majority", "svm"]
n_folds = 2
n_repeats = 1
[ranking]
n_per_class = 2
"""
KAGGLE_STUDY = """
[study]
name = "tiny"
title = "A tiny study"
[data]
format = "kaggle"
folders = ["kaggle"]
[data.files.labels]
name = "actual.csv"
[data.files.train]
name = "train.csv"
[data.files.independent]
name = "test.csv"
"""
Edit = Callable[[Path, str, str], None]


@dataclass(frozen=True)
class Outcome:
    """How the program ended, and what it said."""

    status: int | str | None
    out: str
    err: str

    @property
    def complaint(self) -> list[str]:
        """What it said on standard error, without where the data are and without empty lines."""
        lines = self.err.splitlines()
        return [line for line in lines if line.strip() and not line.startswith("Data: ")]


def call(*arguments: str) -> Outcome:
    """Run the command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["expression-report", *arguments])
        with pytest.raises(SystemExit) as left:
            entry.main()
    return Outcome(left.value.code, out.getvalue(), err.getvalue())


def contents(folder: Path) -> dict[str, bytes]:
    """Read all files of a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@dataclass(frozen=True)
class Built:
    """A tiny study that was built."""

    folder: Path
    outcome: Outcome

    @property
    def output(self) -> Path:
        """The folder of its report."""
        return self.folder / "output" / "tiny"

    @property
    def results(self) -> Results:
        """Its results."""
        return records.load(self.output / "results.json")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, toy_dir: Path) -> Iterator[Built]:
    """Build a tiny study on the toy data, in its folder."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "tiny.toml").write_text(STUDY)
    copytree(toy_dir, folder / "tables")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("SOURCE_DATE_EPOCH", "86400")
        yield Built(folder, call("build", "tiny.toml"))


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a working folder with two studies, an empty cache, and a report of an earlier run."""
    (tmp_path / "tiny.toml").write_text(STUDY)
    (tmp_path / "kaggle.toml").write_text(KAGGLE_STUDY)
    (tmp_path / "output" / "tiny").mkdir(parents=True)
    for name in FILES:
        (tmp_path / "output" / "tiny" / name).write_text(f"old {name}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sources, "cache_folder", lambda name: tmp_path / "cache")
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    return tmp_path


@pytest.fixture
def tables(study: Path, toy_dir: Path) -> Path:
    """Give the working folder the toy data."""
    copytree(toy_dir, study / "tables")
    return study


@pytest.fixture
def never_computed(monkeypatch: pytest.MonkeyPatch, toy_results: Results) -> list[str | None]:
    """Give ready results instead of computing; collect the dates that were asked for."""
    dates: list[str | None] = []

    def ready(
        config: Config, located: object, *, date: str | None, progress: object, n_jobs: int
    ) -> Results:
        dates.append(date)
        results = small(toy_results)
        return results.model_copy(update={"study": results.study.model_copy(update={"date": date})})

    monkeypatch.setattr(story, "run", ready)
    return dates


@pytest.fixture
def never_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a ready page instead of drawing one."""
    monkeypatch.setattr(
        html, "pages", lambda results, figures, tables: ("for the screen", "for paper")
    )
    monkeypatch.setattr(catalogue, "draw", lambda results: {})


def test_build_succeeds(built: Built) -> None:
    """A study that is well is built."""
    assert 0 == built.outcome.status


def test_build_writes_files_and_folders(built: Built) -> None:
    """A build leaves the report, its chapters, two folders and their list, and nothing else."""
    expected = {"MANIFEST.sha256", *CHAPTERS, "figures", *FILES, "tables"}

    assert expected == {path.name for path in built.output.iterdir()}


def test_every_file_is_listed(built: Built) -> None:
    """The list names every file but itself."""
    listed = (built.output / "MANIFEST.sha256").read_text().splitlines()

    assert sorted(contents(built.output)) == sorted(
        ["MANIFEST.sha256", *(line.partition("  ")[2] for line in listed)]
    )


def test_sha256sum_accepts_the_list(built: Built) -> None:
    """The list is in the form of coreutils, and each hash is that of its file."""
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", "MANIFEST.sha256"],
        cwd=built.output,
        capture_output=True,
        check=False,
    )

    assert (0, b"", b"") == (done.returncode, done.stdout, done.stderr)


def test_build_says_the_fingerprint(built: Built) -> None:
    """The fingerprint that a build says is the hash of results.json, and stands in the footer."""
    expected = hashlib.sha256((built.output / "results.json").read_bytes()).hexdigest()
    footer = parse((built.output / "report.html").read_text("utf-8")).one("footer")

    assert f"Fingerprint: {expected}" in built.outcome.out.splitlines()
    assert f"fingerprint {expected[:16]}" in footer.text


def first_line(outcome: Outcome) -> str:
    """Give the first line that a command said."""
    return outcome.out.splitlines()[0]


def test_build_says_where_the_data_are(built: Built) -> None:
    """A build begins by saying which place the data come from."""
    assert "Data: folder tables, listed in the study file (tables)" == first_line(built.outcome)


def test_build_is_silent_on_standard_error(built: Built) -> None:
    """Away from a terminal there is no progress, and where nothing is wrong no other line."""
    assert "" == built.outcome.err


def test_build_says_where_the_files_are(built: Built) -> None:
    """A build ends by naming its files, and its folders with the number of files in them."""
    lines = built.outcome.out.partition("Written:\n")[2].splitlines()
    folders = {
        name: f" ({sum(path.is_file() for path in (built.output / name).iterdir())} files)"
        for name in ("figures", "tables")
    }

    expected = [*FILES, *folders, *CHAPTERS, "MANIFEST.sha256"]

    assert [
        f"  {Path('output') / 'tiny' / name}{folders.get(name, '')}" for name in expected
    ] == lines


def test_build_says_the_headline(built: Built) -> None:
    """A build ends with the headline result."""
    assert plain(built.results.headline) in built.outcome.out.splitlines()


def test_build_says_the_gravest_caveats(built: Built) -> None:
    """A build ends with the three gravest caveats."""
    expected = [
        f"  {finding.code} {finding.title}: {plain(finding.statement)}"
        for finding in built.results.raised[:3]
    ]
    lines = built.outcome.out.splitlines()
    start = lines.index("Gravest caveats:") + 1

    assert expected == lines[start : start + 3]


def test_build_counts_the_rules_by_outcome(built: Built) -> None:
    """A build says how many rules raised a caveat, passed or did not apply."""
    assert f"Rules: {summary(built.results)}" in built.outcome.out.splitlines()


def test_the_study_file_is_among_the_results(built: Built) -> None:
    """The results hold the text of the study file as it was read."""
    assert STUDY == built.results.study.toml


def test_the_pdf_carries_results_study_genes_and_samples(built: Built) -> None:
    """The PDF has the results beside it inside, the study file, all genes and all predictions."""
    with pikepdf.open(built.output / "report.pdf") as document:
        found = {name: file.get_file().read_bytes() for name, file in document.attachments.items()}

    assert {"genes.csv", "results.json", "samples.csv", "tiny.toml"} == found.keys()
    assert (built.output / "results.json").read_bytes() == found["results.json"]
    assert STUDY.encode() == found["tiny.toml"]


def test_source_date_epoch_is_that_of_the_attachments(built: Built) -> None:
    """The attachments are dated as the report is."""
    with pikepdf.open(built.output / "report.pdf") as document:
        dates = {str(file.EF.F.Params.ModDate) for file in document.Root.AF}

    assert {"D:19700102000000Z"} == dates


def test_source_date_epoch_is_shown(built: Built) -> None:
    """The page ends with the date that SOURCE_DATE_EPOCH gave."""
    footer = parse((built.output / "report.html").read_text("utf-8")).one("footer")

    assert footer.text.endswith("1970-01-02.")


@dataclass(frozen=True)
class Elsewhere:
    """What a fresh process wrote, and the modules that it loaded."""

    files: dict[str, bytes]
    modules: set[str]


def elsewhere(*arguments: str, folder: Path) -> Elsewhere:
    """Run the command in a fresh process with another hash seed and time zone."""
    program = (
        "import sys\n"
        "from report.__main__ import main\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        "    print(); print(*sys.modules)\n"
    )
    environment = {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    done = python("-c", program, *arguments, cwd=folder, environment=environment)
    return Elsewhere(contents(folder), set(done.stdout.decode().splitlines()[-1].split()))


@pytest.fixture(scope="module")
def rendered(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    """Render the tiny study's report again, in another process and folder."""
    results = str(built.output / "results.json")
    return elsewhere("render", results, "--output", ".", folder=tmp_path_factory.mktemp("rendered"))


def test_render_makes_the_same_again(built: Built, rendered: Elsewhere) -> None:
    """From the results alone comes the same folder, byte for byte, wherever it runs."""
    expected = contents(built.output)

    assert sorted(expected) == sorted(rendered.files)
    assert [] == [name for name in expected if expected[name] != rendered.files[name]]


def test_render_needs_no_model(rendered: Elsewhere) -> None:
    """Rendering loads no library that computes."""
    heavy = {"sklearn", "umap", "numba", "pandas", "scipy.stats", "pipeline.run"}

    assert set() == heavy & rendered.modules


@pytest.mark.usefixtures("never_drawn")
def test_render_writes_beside_the_results(toy_results: Results, tmp_path: Path) -> None:
    """Without a folder of its own, a rendered page stands beside the results."""
    records.save(toy_results, tmp_path / "results.json")

    call("render", str(tmp_path / "results.json"), "--no-pdf", "--no-files")

    assert PAGE_ONLY == sorted(contents(tmp_path))


@pytest.mark.usefixtures("never_drawn")
def test_render_leaves_other_results_alone(toy_results: Results, tmp_path: Path) -> None:
    """Beside a results file of another name, results.json may be another study's."""
    records.save(toy_results, tmp_path / "mine.json")
    (tmp_path / "results.json").write_text("another study's")

    call("render", str(tmp_path / "mine.json"), "--no-pdf", "--no-files")

    assert "another study's" == (tmp_path / "results.json").read_text()
    assert "results.json" not in (tmp_path / "MANIFEST.sha256").read_text()


def test_help_is_light(tmp_path: Path) -> None:
    """Help answers without loading what computes, draws or prints."""
    heavy = {"numpy", "matplotlib", "weasyprint", "pydantic", "jinja2"}

    loaded = elsewhere("--help", folder=tmp_path).modules

    assert ({"report.cli"}, set()) == (loaded & {"report.cli"}, loaded & heavy)


@pytest.mark.parametrize("arguments", [("--help",), ("build", "-h"), ("render", "--help")])
def test_help_is_no_error(arguments: tuple[str, ...]) -> None:
    """Asking for help succeeds."""
    outcome = call(*arguments)

    assert (0, "Usage: expression-report") == (outcome.status, outcome.out[:24])


def test_the_module_is_the_command(tmp_path: Path) -> None:
    """`python -m report` is the command, and says its version."""
    done = python("-m", "report", "--version", cwd=tmp_path)

    assert (0, b"expression-report, version") == (done.returncode, done.stdout[:26])


@pytest.mark.usefixtures("never_computed", "never_drawn")
def test_page_and_results_may_be_all(tables: Path) -> None:
    """With --no-pdf there is no PDF, with --no-files no folder."""
    call("build", "tiny.toml", "--no-pdf", "--no-files", "--output", "there")

    assert PAGE_ONLY == sorted(contents(tables / "there"))


@pytest.mark.usefixtures("never_computed", "never_drawn")
def test_files_of_an_earlier_report_go(tables: Path) -> None:
    """Without files of its own, a report leaves none of another report beside it."""
    call("build", "tiny.toml", "--no-pdf", "--output", "there")
    before = sorted(contents(tables / "there"))

    call("build", "tiny.toml", "--no-pdf", "--no-files", "--output", "there")

    assert "tables/genes.csv" in before
    assert PAGE_ONLY == sorted(contents(tables / "there"))


@pytest.mark.usefixtures("never_computed", "never_drawn", "tables")
def test_an_earlier_pdf_is_not_passed_off() -> None:
    """Where a PDF of an earlier run stays, the program says so."""
    outcome = call("build", "tiny.toml", "--no-pdf")

    assert outcome.out.endswith("report.pdf is from an earlier run)\n")


@pytest.mark.usefixtures("never_computed", "never_drawn", "tables")
def test_the_data_folder_may_be_given(toy_dir: Path) -> None:
    """With --data the data are read from that folder."""
    outcome = call("build", "tiny.toml", "--no-pdf", "--data", str(toy_dir))

    assert f"Data: folder given on the command line ({toy_dir})" == first_line(outcome)


@pytest.mark.parametrize(("epoch", "expected"), [("0", "1970-01-01"), (None, None)])
@pytest.mark.usefixtures("never_drawn", "tables")
def test_the_date_is_that_of_source_date_epoch(
    never_computed: list[str | None],
    monkeypatch: pytest.MonkeyPatch,
    epoch: str | None,
    expected: str | None,
) -> None:
    """The date is the one that SOURCE_DATE_EPOCH gives, and never that of the clock."""
    if epoch is not None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)

    call("build", "tiny.toml", "--no-pdf")

    assert [expected] == never_computed


def test_offline_asks_no_address(study: Path, edit: Edit) -> None:
    """With --offline nothing is downloaded, and the error says that it was not tried."""
    for name in ("expression.csv", "samples.csv"):
        address = f'"{name}"\nsha256 = "{"0" * 64}"\nurls = ["http://example.org/{name}"]'
        edit(study / "tiny.toml", f'"{name}"', address)

    outcome = call("build", "tiny.toml", "--offline")

    assert "download: not tried (offline)" in outcome.err


# What is wrong, and what the one line must name.
Spoil = Callable[[Path, Edit], object]
BAD_TABLES: dict[str, tuple[Spoil, tuple[str, ...]]] = {
    "a missing file": (
        lambda folder, edit: (folder / "expression.csv").unlink(),
        ("expression.csv",),
    ),
    "a ragged row": (
        lambda folder, edit: edit(folder / "expression.csv", "MB-1,71,", "MB-1,"),
        ("expression.csv: line 3", "expected 9 fields", "found 8"),
    ),
    "a sample without a label": (
        lambda folder, edit: edit(folder / "samples.csv", "S3,ALL,train\n", ""),
        ("samples.csv", "expected a label", "'S3'"),
    ),
    "a label without a sample": (
        lambda folder, edit: edit(
            folder / "samples.csv", "S7,AML,test", "S7,AML,test\nS8,AML,test"
        ),
        ("expression.csv", "expected a column", "'S8'"),
    ),
    "text for a number": (
        lambda folder, edit: edit(folder / "expression.csv", "71,61", "71,many"),
        ("expression.csv: line 3", "'S6'", "expected a number", "'many'"),
    ),
    "one class only": (
        lambda folder, edit: (folder / "samples.csv").write_text(
            (folder / "samples.csv").read_text().replace("AML", "ALL")
        ),
        ("samples.csv", "at least 2 classes", "['ALL']"),
    ),
    "a class of two": (
        lambda folder, edit: edit(folder / "samples.csv", "S6,AML,train", "S6,AML,test"),
        ("samples.csv", "at least 3", "found 2", "'AML'"),
    ),
    "an unknown part": (
        lambda folder, edit: edit(folder / "samples.csv", "S7,AML,test", "S7,AML,tset"),
        ("samples.csv: line 8", "'S7'", "'tset'"),
    ),
    "a study file that is none": (
        lambda folder, edit: (folder.parent / "tiny.toml").write_text("name = "),
        ("tiny.toml", "expected TOML"),
    ),
    "an unknown setting": (
        lambda folder, edit: edit(folder.parent / "tiny.toml", "n_folds", "folds"),
        ("tiny.toml", "evaluate.folds"),
    ),
    "a description that cites nothing": (
        lambda folder, edit: edit(
            folder.parent / "tiny.toml", "[data]", '[data]\ndescription = "By [@nobody2000]."'
        ),
        ("nobody2000",),
    ),
}


@pytest.fixture(params=BAD_TABLES, ids=lambda name: name.replace(" ", "-"))
def bad_tables(
    request: pytest.FixtureRequest, study: Path, tables_dir: Path, edit: Edit
) -> tuple[Outcome, Path, tuple[str, ...]]:
    """Spoil the tables in one way, and build."""
    spoil, words = BAD_TABLES[request.param]
    folder = study / "tables"
    folder.mkdir()
    for name in ("expression.csv", "samples.csv"):
        (tables_dir / name).rename(folder / name)
    spoil(folder, edit)
    return call("build", "tiny.toml"), study, words


Bad = tuple[Outcome, Path, tuple[str, ...]]


def test_bad_input_is_status_2(bad_tables: Bad) -> None:
    """Whatever is wrong with the input, the status is 2."""
    outcome, _, _ = bad_tables

    assert 2 == outcome.status


def test_bad_input_is_one_line(bad_tables: Bad) -> None:
    """Whatever is wrong with the input, there is one line on standard error."""
    outcome, _, _ = bad_tables

    assert ["expression-report: error:"] == [line[:25] for line in outcome.complaint]


def test_bad_input_is_named(bad_tables: Bad) -> None:
    """The line names file, line or sample, what was expected and what was found."""
    outcome, _, words = bad_tables

    assert [] == [word for word in words if word not in outcome.err]


def test_bad_input_leaves_the_old_report(bad_tables: Bad) -> None:
    """What stood in the output folder stays whole."""
    _, folder, _ = bad_tables

    assert {name: f"old {name}".encode() for name in FILES} == contents(folder / "output" / "tiny")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("4,call,1,call", "4,call,1,5", ["train.csv: line 1", "call column of sample '1'", "'5'"]),
        ("40,P,10,A", "40,X,10,A", ["train.csv: line 2", "'4'", "expected A, P or M", "'X'"]),
    ],
)
def test_bad_calls_are_named(
    study: Path, kaggle_dir: Path, edit: Edit, old: str, new: str, words: list[str]
) -> None:
    """A call column without its sample, or a call that is none, is one line that names it."""
    edit(kaggle_dir / "train.csv", old, new)

    outcome = call("build", "kaggle.toml", "--data", str(kaggle_dir))

    assert (2, 1, []) == (
        outcome.status,
        len(outcome.complaint),
        [word for word in words if word not in outcome.err],
    )


def test_a_wrong_hash_in_the_cache_is_named(study: Path, edit: Edit) -> None:
    """A cached file that is not the published one is one line with both hashes."""
    for name in ("expression.csv", "samples.csv"):
        edit(study / "tiny.toml", f'"{name}"', f'"{name}"\nsha256 = "{"0" * 64}"')
    (study / "cache").mkdir()
    (study / "cache" / "expression.csv").write_text("other content")
    digest = hashlib.sha256(b"other content").hexdigest()
    words = ("expression.csv", "expected SHA-256 000", f"found {digest}")

    outcome = call("build", "tiny.toml", "--offline")

    assert (2, 1, []) == (
        outcome.status,
        len(outcome.complaint),
        [word for word in words if word not in outcome.err],
    )


@pytest.mark.usefixtures("study")
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("build", "nowhere"), "nowhere: expected a study's .toml file or the name of a study"),
        (("build", "nowhere.toml"), "nowhere.toml: expected"),
        (("build", "--strict", "--offline"), "golub: expected the full data (--strict)"),
        (("build", "tiny.toml", "--data", "nowhere"), "nowhere: expected expression.csv"),
        (("fetch", "nowhere"), "nowhere: expected a study's .toml file or the name of a study"),
        (("fetch", "tiny.toml"), "tiny: expected addresses to download from"),
        (("render", "nowhere.json"), "nowhere.json: expected a results file"),
        (("render", "output"), "output: expected a results file"),
    ],
    ids=" ".join,
)
def test_what_is_not_there_is_one_line(arguments: tuple[str, ...], expected: str) -> None:
    """A study, a folder or a file that is not there is one line and status 2."""
    outcome = call(*arguments)

    assert (2, [True]) == (outcome.status, [expected in line for line in outcome.complaint])


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("epoch", ["yesterday", "", "1e9", "9" * 30])
def test_a_bad_source_date_epoch_is_one_line(monkeypatch: pytest.MonkeyPatch, epoch: str) -> None:
    """A SOURCE_DATE_EPOCH that is no number of seconds is one line and status 2."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    expected = (
        f"expression-report: error: SOURCE_DATE_EPOCH: expected seconds since 1970, found {epoch!r}"
    )

    outcome = call("build", "tiny.toml", "--no-pdf")

    assert (2, [expected]) == (outcome.status, outcome.complaint)


BROKEN: dict[str, tuple[str, str]] = {
    "no JSON": ("{", '"schema_version": 2'),
    "another version": ('"schema_version": 2', '"schema_version": 3'),
    "an unknown field": ('"schema_version": 2', '"schema_version": 2, "extra": 1'),
    "a missing field": ('"headline"', '"headlines"'),
    "not a number": ('"smallest_share": ', '"smallest_share": NaN, "_": '),
    "text for a number": ('"n_samples": 30', '"n_samples": "30"'),
}


@pytest.mark.parametrize(("old", "new"), BROKEN.values(), ids=BROKEN.keys())
def test_broken_results_are_one_line(
    toy_results: Results, tmp_path: Path, old: str, new: str
) -> None:
    """Results that are not what the program wrote are one line that names the file, status 2."""
    path = tmp_path / "results.json"
    path.write_text(records.dumps(toy_results).replace(old, new, 1), encoding="utf-8")

    outcome = call("render", str(path))

    assert (2, [True]) == (outcome.status, [str(path) in line for line in outcome.complaint])


def test_results_that_contradict_themselves_are_one_line(
    toy_results: Results, tmp_path: Path
) -> None:
    """Results whose evaluations name a model that there is not are one line, status 2."""
    path = tmp_path / "results.json"
    records.save(toy_results.model_copy(update={"models": toy_results.models[:-1]}), path)

    outcome = call("render", str(path), "--no-pdf")

    assert (2, 1) == (outcome.status, len(outcome.complaint))


@pytest.mark.parametrize("kind", [IndexError, ZeroDivisionError, KeyError, ValueError, TypeError])
def test_results_that_cannot_be_drawn_are_one_line(
    toy_results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    """What no check of the records sees is one line as well, and nothing is written."""

    def fail(*_: object, **__: object) -> None:
        raise kind("out of range")

    monkeypatch.setattr("report.folder.contents", fail)
    path = tmp_path / "results.json"
    records.save(toy_results, path)

    outcome = call("render", str(path), "--no-pdf")

    (told,) = outcome.complaint
    assert f"{path}: expected results as build wrote them, found records that cannot be" in told
    assert 2 == outcome.status
    assert [path] == list(tmp_path.iterdir())


@pytest.mark.usefixtures("never_computed", "never_drawn", "tables")
def test_a_file_in_place_of_the_output_folder_is_one_line(tmp_path: Path) -> None:
    """Where a file stands in the place of the output folder, one line names it, status 2."""
    rmtree(tmp_path / "output")
    (tmp_path / "output").write_text("mine")

    outcome = call("build", "tiny.toml", "--no-pdf")

    assert (2, [True]) == (outcome.status, ["output" in line for line in outcome.complaint])


@pytest.mark.usefixtures("tables")
def test_an_interrupt_is_status_130(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while computing is one line and status 130."""

    def interrupt(*arguments: object, **options: object) -> Results:
        raise KeyboardInterrupt

    monkeypatch.setattr(story, "run", interrupt)

    outcome = call("build", "tiny.toml")

    assert (130, ["expression-report: interrupted"]) == (
        outcome.status,
        [line[:30] for line in outcome.complaint],
    )


@pytest.mark.usefixtures("never_computed", "never_drawn", "tables")
def test_an_interrupt_after_the_move_claims_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C that had to wait until the files were moved is not said to have changed nothing."""
    write = output.write_all

    def late(folder: Path, files: dict[str, bytes]) -> None:
        write(folder, files)
        raise KeyboardInterrupt

    monkeypatch.setattr(output, "write_all", late)

    outcome = call("build", "tiny.toml", "--no-pdf")

    assert (130, False) == (outcome.status, "nothing was changed" in outcome.err)


@pytest.fixture(scope="module")
def pressed(tmp_path_factory: pytest.TempPathFactory, toy_dir: Path) -> tuple[Outcome, Path]:
    """Press Ctrl-C in a fresh process as soon as it computes."""
    folder = tmp_path_factory.mktemp("pressed")
    (folder / "tiny.toml").write_text(STUDY)
    process = subprocess.Popen(
        [sys.executable, "-m", "report", "build", "tiny.toml", "--data", str(toy_dir)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    first = process.stdout.readline() if process.stdout else ""
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    return Outcome(process.returncode, first + out, err), folder


def test_ctrl_c_in_a_fresh_process_is_one_line(pressed: tuple[Outcome, Path]) -> None:
    """Ctrl-C while a build computes is status 130 and one line, without a traceback."""
    outcome, _ = pressed

    assert (130, ["expression-report: interrupted"]) == (
        outcome.status,
        [line[:30] for line in outcome.complaint],
    )


def test_ctrl_c_in_a_fresh_process_writes_nothing(pressed: tuple[Outcome, Path]) -> None:
    """After Ctrl-C while a build computes, nothing is half-written."""
    _, folder = pressed

    assert ["tiny.toml"] == sorted(contents(folder))


@pytest.fixture(scope="module")
def without_pango(tmp_path_factory: pytest.TempPathFactory, toy_dir: Path) -> tuple[Outcome, Path]:
    """Build in a fresh process that finds no system library."""
    folder = tmp_path_factory.mktemp("without-pango")
    (folder / "tiny.toml").write_text(STUDY)
    program = (
        "import sys, cffi\n"
        "def missing(*arguments): raise OSError('cannot load library')\n"
        "cffi.FFI.dlopen = missing\n"
        "from report.cli import main\n"
        "main(sys.argv[1:])\n"
    )
    done = python("-c", program, "build", "tiny.toml", "--data", str(toy_dir), cwd=folder)
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode()), folder


def test_without_pango_the_build_ends_before_it_begins(
    without_pango: tuple[Outcome, Path],
) -> None:
    """Where Pango is missing, one line names the packages before the data are looked for."""
    outcome, _ = without_pango

    words = "expression-report: error: PDF: expected the libraries Pango"
    assert (2, [words]) == (
        outcome.status,
        [line[: len(words)] for line in outcome.err.splitlines()],
    )


def test_without_pango_nothing_else_is_said(without_pango: tuple[Outcome, Path]) -> None:
    """Where Pango is missing, WeasyPrint's own words are kept back."""
    outcome, _ = without_pango

    assert "" == outcome.out


def test_without_pango_nothing_is_written(without_pango: tuple[Outcome, Path]) -> None:
    """Where Pango is missing, nothing is written."""
    _, folder = without_pango

    assert ["tiny.toml"] == sorted(contents(folder))
