"""The page in a browser: valid, accessible, silent, and its script does what it should.

Needs Chromium, Node and Java, and from npm vnu-jar, axe-core and playwright-core. Looks at
the toy study's page, or at the file that BROWSER_PAGE names.
"""

import csv
import io
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from report_fixtures import ROOT, parse

LOOK = ROOT / "tests" / "browser" / "look.mjs"
INSTALL = (
    "install with: apt-get install chromium npm default-jre-headless && npm install --no-save "
    "--ignore-scripts vnu-jar@26.9.27 axe-core@4.14.1 playwright-core@1.65.1"
)
MODES = ["light", "dark", "phone"]

# What a page may do wrong, each once.
FAULTY = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>A page</title>
<script>console.log("said")</script></head><body><p id="a">Text.</p><p id="a">Text.</p>
<img src="http://control.invalid/image.png"><div style="width: 2000px">Wide.</div>
</body></html>"""


@pytest.fixture(scope="session")
def modules() -> Path:
    """Give the folder of the packages from npm; without it the tests are skipped, but in CI."""
    named = os.environ.get("BROWSER_TOOLS")
    folder = Path(named) if named else ROOT / "node_modules"
    packages = [folder / name for name in ("vnu-jar", "axe-core", "playwright-core")]
    missing = [path.name for path in packages if not path.is_dir()]
    missing += [name for name in ("chromium", "node", "java") if not shutil.which(name)]
    if missing and not named:
        pytest.skip(f"no {', '.join(missing)}; {INSTALL}")
    assert [] == missing
    return folder


@pytest.fixture(scope="session")
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file of the page."""
    if named := os.environ.get("BROWSER_PAGE"):
        return Path(named)
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(request.getfixturevalue("toy_pages")[0], encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file of a page with faults."""
    path = tmp_path_factory.mktemp("faulty") / "report.html"
    path.write_text(FAULTY, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def seen(modules: Path, file: Path) -> dict[str, Any]:
    """Give what a browser sees of the page."""
    return look(modules, file)


@pytest.fixture(scope="session")
def seen_faulty(modules: Path, faulty: Path) -> dict[str, Any]:
    """Give what a browser sees of the page with faults."""
    return look(modules, faulty)


def look(modules: Path, file: Path) -> dict[str, Any]:
    """Open a page in Chromium."""
    command = ["node", LOOK, modules, shutil.which("chromium") or "", file]
    run = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    told: dict[str, Any] = json.loads(run.stdout)
    return told


def messages(modules: Path, file: Path) -> list[str]:
    """Give what the Nu HTML checker has to say of a page."""
    jar = modules / "vnu-jar" / "build" / "dist" / "vnu.jar"
    command = ["java", "-jar", jar, "--Werror", "--format", "gnu", "--stdout", file]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    lines = [line[:400] for line in run.stdout.splitlines()]
    assert (run.returncode == 0) == (not lines), run.stderr
    return lines


def test_the_page_is_valid(modules: Path, file: Path) -> None:
    """The Nu HTML checker has nothing to say, not even a warning."""
    assert [] == messages(modules, file)


def test_an_invalid_page_is_seen(modules: Path, faulty: Path) -> None:
    """The checker sees an id that stands twice, and an image without text."""
    found = "\n".join(messages(modules, faulty))

    assert "Duplicate ID" in found
    assert "alt" in found


@pytest.mark.parametrize("mode", MODES)
def test_the_page_is_accessible(seen: dict[str, Any], mode: str) -> None:
    """Axe finds no violation of WCAG 2.2 AA."""
    assert [] == seen["modes"][mode]["violations"]


@pytest.mark.parametrize("mode", MODES)
def test_no_page_scrolls_sideways(seen: dict[str, Any], mode: str) -> None:
    """The page is no wider than the window; what is wider scrolls in its own frame."""
    assert seen["modes"][mode]["overflow"] <= 0


def test_nothing_is_requested(seen: dict[str, Any]) -> None:
    """The page asks for nothing but itself, whatever is done with it."""
    assert [] == seen["requests"]


def test_nothing_is_said_on_the_console(seen: dict[str, Any]) -> None:
    """No error, no warning, no word."""
    assert [] == seen["console"]


def test_faults_are_seen(seen_faulty: dict[str, Any]) -> None:
    """A page with faults shows them all to the same eyes."""
    assert "http://control.invalid/image.png" in seen_faulty["requests"]
    assert "said" in seen_faulty["console"]
    for mode in MODES:
        violations = " ".join(seen_faulty["modes"][mode]["violations"])
        assert "image-alt" in violations
        assert seen_faulty["modes"][mode]["overflow"] > 0


def test_a_point_names_its_sample(seen: dict[str, Any]) -> None:
    """Under the pointer a point says who it is, in every panel of points and in the tables."""
    hovered, before = seen["hovered"], seen["before"]
    name, facts = seen["samples"][hovered["sample"]]

    assert (0, []) == (before["marks"], before["rows"])
    assert seen["panels"] == hovered["marks"] >= seen["plots"] == len(hovered["lines"])
    assert {facts} == {line.partition(f"{name}: ")[2] for line in hovered["lines"]}
    assert {name} == set(hovered["rows"])


def test_escape_forgets_the_point(seen: dict[str, Any]) -> None:
    """After Escape all is as before."""
    assert seen["before"] == seen["dismissed"]


def test_every_point_is_reached_by_keyboard(seen: dict[str, Any]) -> None:
    """The arrow key goes through all samples."""
    assert len(seen["samples"]) == len(set(seen["walked"])) > 1


def test_tables_sort_by_number(seen: dict[str, Any]) -> None:
    """A pressed heading sorts its column up, then down; what is undefined stays last."""

    def value(cell: str) -> float:
        found = re.search(r"-?\d+(\.\d+)?(e-?\d+)?", cell.strip().replace("\u2212", "-"))
        return float(found[0]) if found else float("inf")

    unsorted, up, down = (seen[key]["cells"] for key in ("unsorted", "up", "down"))
    order = [value(cell) for cell in up]

    assert sorted(unsorted) == sorted(up) == sorted(down)
    assert sorted(order) == order
    known = [value(cell) for cell in down if value(cell) != float("inf")]
    assert sorted(known, reverse=True) == known
    assert [None, "ascending", "descending"] == [
        seen[key]["sort"] for key in ("unsorted", "up", "down")
    ]


def test_a_gene_is_found(seen: dict[str, Any]) -> None:
    """The search finds a gene of the printed table, and says how many it found."""
    search = seen["search"]

    assert search["gene"] in search["found"]
    assert search["said"].startswith(f"{len(search['found'])} of {seen['results']['n_genes']} ")


def test_all_genes_are_saved(seen: dict[str, Any]) -> None:
    """The saved file has a line for every gene."""
    rows = list(csv.reader(io.StringIO(seen["csv"]["text"], newline="")))

    assert "genes.csv" == seen["csv"]["name"]
    assert seen["results"]["n_genes"] == len(rows) - 1
    assert {len(rows[0])} == {len(row) for row in rows}
    assert seen["search"]["gene"] in {row[0] for row in rows}


def test_data_of_a_figure_are_saved(seen: dict[str, Any]) -> None:
    """The link below the first figure saves its numbers."""
    assert "accuracies.csv" == seen["figure"]["name"]
    assert seen["figure"]["text"].startswith("protocol,model,accuracy")


def test_a_dark_page_prints_light(seen: dict[str, Any]) -> None:
    """On paper the page is dark on white, whatever the screen was."""
    assert ["rgb(255, 255, 255)", "rgb(27, 27, 27)"] == seen["print"]


def test_without_a_script_all_is_there_to_read(seen: dict[str, Any], file: Path) -> None:
    """Without JavaScript there are tables and downloads, and no control that does nothing."""
    page = parse(file.read_text(encoding="utf-8"))
    (table,) = (e for e in page.all("table") if e.attributes["id"] == "tab-genes")
    n_genes = len(list(table.one("tbody").all("tr")))

    plain = seen["plain"]
    assert (0, n_genes) == (plain["controls"], plain["genes"])
    assert plain["downloads"] > 0
