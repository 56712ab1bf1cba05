import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from report_fixtures import ROOT

from pipeline.config import Config
from report.fonts import TEMPLATES

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
WHEEL = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
README = (ROOT / "README.md").read_text("utf-8")

# Put together here, so that this file does not hold them.
PLACES = ("/".join(("", "root", "")), "/".join(("", "work", "")), "/".join(("", "tmp", "w", "")))
INDEXES = (".".join(("pypi", "org")), "python" + "hosted")


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    """List the files under version control."""
    command = ["git", "ls-files", "-z"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)
    if listing.returncode or not (ROOT / ".git").exists():
        pytest.skip("not in a git checkout")
    return [name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


def text(name: str) -> str:
    """Read a file as text; what is none is read as far as it goes."""
    return (ROOT / name).read_text("utf-8", errors="replace")


def shipped(name: str) -> bool:
    """Whether a file of templates or data travels inside the wheel."""
    return any(name == source or name.startswith(f"{source}/") for source in WHEEL["force-include"])


def test_templates_and_data_travel_inside_the_wheel(tracked: list[str]) -> None:
    """Every file of templates and data is put into the wheel."""
    needed = [name for name in tracked if name.startswith(("templates/", "data/"))]

    assert [] == [name for name in needed if not shipped(name)]


@pytest.mark.parametrize("source", WHEEL["force-include"])
def test_what_the_wheel_takes_is_there(source: str) -> None:
    """The wheel takes nothing that is not in the repository."""
    assert (ROOT / source).exists()


def test_templates_lie_where_they_are_looked_for() -> None:
    """Inside the wheel the templates lie in the package that reads them."""
    assert "report/templates" == WHEEL["force-include"]["templates"]


def test_templates_hold_only_what_is_under_version_control(tracked: list[str]) -> None:
    """No stray file of the working folder gets into the wheel."""
    found = {str(p.relative_to(ROOT)) for p in TEMPLATES.rglob("*") if p.is_file()}

    assert set() == found - set(tracked)


@pytest.mark.parametrize(
    "command", ["pip install . && expression-report build", "pip install -e '.[test]' && pytest"]
)
def test_the_readme_has_the_two_commands(command: str) -> None:
    """The README gives each of the two commands on a line of its own, word for word."""
    assert command in README.splitlines()


def test_links_of_the_readme_lead_somewhere() -> None:
    """Every file that the README links to is there."""
    links = re.findall(r"\]\((?!https?:|#)([^)\s]+)\)", README)

    assert [] == [link for link in links if not (ROOT / link).exists()]


def test_studies_of_the_readme_can_be_read() -> None:
    """The examples of the README are study files, or parts that can be added to the first."""
    examples = re.findall(r"```toml\n(.*?)```", README, flags=re.DOTALL)
    whole = [example for example in examples if "[study]" in example]
    parts = [example for example in examples if "[study]" not in example]

    added = tomllib.loads(whole[0])
    for part in map(tomllib.loads, parts):  # a table that both have is one
        for key, value in part.items():
            added[key] = added[key] | value if isinstance(value, dict) else value
    first, second = map(Config.model_validate, (added, tomllib.loads(whole[1])))

    assert ("my-study", "my-broad-study") == (first.study.name, second.study.name)
    assert ["smith-2001"] == [claim.key for claim in first.claims]
    assert ["SIZE-02"] == [part.code for part in first.suppress]


def test_constraints_are_versions_only() -> None:
    """The pinned versions name a package and a version a line, and no address."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()[1:]  # after the comment
    pin = re.compile(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!_-]+")

    assert [] == [line for line in lines if line and not pin.fullmatch(line)]


def test_every_dependency_is_pinned() -> None:
    """What the project asks for has its version among the pinned ones."""
    project = PROJECT["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    names = {_name(line) for line in asked}

    pinned = {_name(line) for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()}

    assert set() == names - pinned


def _name(requirement: str) -> str:
    """The package's name as an index writes it."""
    return re.split(r"[^A-Za-z0-9._-]", requirement)[0].lower().replace("_", "-").replace(".", "-")


@pytest.mark.parametrize("word", [*PLACES, *INDEXES])
def test_no_file_names_a_place_of_one_machine(tracked: list[str], word: str) -> None:
    """No file under version control holds a folder or a package index of one machine."""
    pattern = re.compile(rf"(?<![\w.~-]){re.escape(word)}")

    assert [] == [name for name in tracked if pattern.search(text(name))]


def test_nothing_of_the_shared_folder_is_tracked(tracked: list[str]) -> None:
    """The full data are under their own terms, and are not in the repository."""
    names = {Path(name).name for name in tracked}

    assert set() == names & {
        "actual.csv",
        "data_set_ALL_AML_train.csv",
        "data_set_ALL_AML_independent.csv",
    }
