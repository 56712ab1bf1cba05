import re
from collections import Counter
from pathlib import Path
from shutil import rmtree
from urllib.parse import urlsplit

import pytest
from jinja2 import StrictUndefined, UndefinedError
from report_fixtures import (
    Element,
    faults,
    from_embedded,
    many_classes,
    parse,
    renamed,
    small,
    without_test,
)

from pipeline.results import Results
from report import chapters, explore, formats, html
from report.figures import catalogue
from report.figures.style import Picture
from report.fonts import TEMPLATES

HOSTILE = (
    "<script>alert(1)</script>",
    '"onmouseover="alert(1)',
    "{{7*7}}{% raw %}",
    "right\u200fto\u200fleft",
    "long " * 2_000 + "name",
)
SCREEN, PAPER = 0, 1
# What drawings hold where a name is drawn glyph by glyph.
DRAWN = {("path", "transform"), ("g", "transform"), ("g", "fill")}


@pytest.fixture(scope="module", params=[SCREEN, PAPER], ids=["screen", "paper"])
def text(request: pytest.FixtureRequest, toy_pages: tuple[str, str]) -> str:
    """Give the report for the screen, then for paper."""
    return toy_pages[request.param]


@pytest.fixture(scope="module")
def page(text: str) -> Element:
    """Take the report apart."""
    return parse(text)


@pytest.fixture(scope="module")
def pictures(toy_results: Results) -> dict[str, Picture]:
    """Draw the figures once, for pages whose figures do not matter."""
    return catalogue.draw(small(toy_results))


class LayOut:
    """Renders a small results object with figures that are drawn already."""

    def __init__(self, results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
        self.results = small(results)
        self.monkeypatch = monkeypatch

    def __call__(self, results: Results) -> Element:
        """Give the page for the screen."""
        return parse(html.pages(results)[SCREEN])

    def study(self, **changes: object) -> Element:
        """Give the page of a study with other particulars."""
        study = self.results.study.model_copy(update=changes)
        return self(self.results.model_copy(update={"study": study}))

    def data(self, **changes: object) -> Element:
        """Give the page of other data."""
        data = self.results.data.model_copy(update=changes)
        return self(self.results.model_copy(update={"data": data}))


@pytest.fixture
def lay_out(
    toy_results: Results, pictures: dict[str, Picture], monkeypatch: pytest.MonkeyPatch
) -> LayOut:
    """Give a function from a results object to its page, with figures from elsewhere."""
    monkeypatch.setattr(catalogue, "draw", lambda results: pictures)
    return LayOut(toy_results, monkeypatch)


def links(page: Element) -> list[str]:
    """List everything that the page points to."""
    return [
        e.attributes[name] for e in page.all() for name in ("href", "src") if name in e.attributes
    ]


def alternative(figure: Element) -> str:
    """Give what stands for a figure: on paper of the image, on screen of the drawing."""
    for image in figure.all("img"):
        return image.attributes.get("alt", "")
    return figure.one("desc").text


def unnamed_drawings(page: Element) -> list[str]:
    """List drawings that are no image, or lack a title or a description."""
    return [
        drawing.attributes.get("aria-labelledby", "")
        for drawing in page.all("svg")
        if drawing.attributes.get("role") != "img"
        or drawing.attributes.get("aria-labelledby", "").split()
        != [part.attributes["id"] for part in (drawing.one("title"), drawing.one("desc"))]
        or not (drawing.one("title").text and drawing.one("desc").text)
    ]


def section(page: Element, anchor: str) -> Element:
    """Pick a chapter."""
    (found,) = (e for e in page.all("section") if e.attributes["aria-labelledby"] == anchor)
    return found


def repeated_ids(page: Element) -> list[str]:
    """List ids that stand more than once."""
    counts = Counter(e.attributes["id"] for e in page.all() if "id" in e.attributes)
    return [name for name, n in counts.items() if n > 1]


def skipped_levels(page: Element) -> list[tuple[int, int]]:
    """List headings more than one level below the one before them."""
    levels = [int(heading.tag[1]) for heading in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    steps = zip([0, *levels], levels, strict=False)
    return [(above, below) for above, below in steps if below > above + 1]


def scopes(page: Element) -> set[str | None]:
    """Give what header cells say that they head."""
    return {cell.attributes.get("scope") for cell in page.all("th")}


def schemes(page: Element) -> set[str]:
    """Give the kinds of addresses that the page points to."""
    return {urlsplit(link).scheme for link in links(page)}


def fetched(text: str) -> list[str]:
    """List what stylesheets and drawings would fetch."""
    return re.findall(r"url\(\s*[\"']?(?!data:|#)[^)]{0,40}|@import", text)


def test_faults_are_seen(text: str) -> None:
    """What the tests below look for, they would find."""
    (first_id,) = re.findall(r'id="(\w+)"', text)[:1]
    twice = text.replace("</footer>", f'<p id="{first_id}">Again.</p></footer>')
    deep = text.replace("</footer>", "<h4>Too deep</h4></footer>")
    bare = text.replace("</thead>", "<tr><th>bare</th></tr></thead>")
    linked = text.replace("</footer>", '<a href="https://example.org">out</a></footer>')

    assert [first_id] == repeated_ids(parse(twice))
    assert [(2, 4)] == skipped_levels(parse(deep))
    assert None in scopes(parse(bare))
    assert "https" in schemes(parse(linked))
    assert ["url(https://example.org"] == fetched(f"{text} url(https://example.org)")


def test_elements_are_closed_in_order(text: str) -> None:
    """Every element is closed, in the order in which it was opened, and repeats no attribute."""
    assert [] == faults(text)


def test_ids_are_unique(page: Element) -> None:
    """No id stands twice."""
    assert [] == repeated_ids(page)


def test_there_is_one_h1(page: Element) -> None:
    """The title of the study is the only heading of the first level."""
    assert ["The toy study"] == [heading.text for heading in page.all("h1")]


def test_heading_levels_never_skip(page: Element) -> None:
    """No heading is more than one level below the one before it."""
    assert [] == skipped_levels(page)


def test_every_image_has_a_text_alternative(page: Element) -> None:
    """Every figure says in words what is to be seen."""
    figures = list(page.all("figure"))

    assert figures
    assert [] == [figure.attributes["id"] for figure in figures if not alternative(figure)]


def test_every_drawing_is_named_an_image(toy_pages: tuple[str, str]) -> None:
    """Every drawing in the page is an image that names its own title and description."""
    assert [] == unnamed_drawings(parse(toy_pages[SCREEN]))


@pytest.mark.parametrize(
    ("given", "instead"),
    [
        (' role="img"', ""),
        (r"<desc id=\"([\w-]+)\">[^<]*", r'<desc id="\1"> '),
        (r"<title id=\"([\w-]+)\">[^<]*", r'<title id="\1">'),
        (r"aria-labelledby=\"(fig-[\w-]+) [\w-]+\"", r'aria-labelledby="\1"'),
    ],
    ids=["role", "description", "title", "labels"],
)
def test_a_drawing_without_its_name_is_seen(
    toy_pages: tuple[str, str], given: str, instead: str
) -> None:
    """The test above sees what is missing."""
    broken, n_broken = re.subn(given, instead, toy_pages[SCREEN])

    assert n_broken == len(unnamed_drawings(parse(broken))) > 0


def test_a_text_alternative_is_not_the_caption(page: Element) -> None:
    """What stands for a figure is other than what stands below it."""
    same = [
        figure.attributes["id"]
        for figure in page.all("figure")
        if alternative(figure) in figure.one("figcaption").text
    ]

    assert [] == same


def test_every_header_cell_has_a_scope(page: Element) -> None:
    """A header cell says whether it heads a column, a row or a group of rows."""
    assert {"col", "row", "rowgroup"} == scopes(page)


def test_rows_fill_their_table(page: Element) -> None:
    """With cells that span rows counted, each table has as many cells as rows times columns."""

    def area(table: Element) -> int:
        spans = [
            int(cell.attributes.get("rowspan", 1)) * int(cell.attributes.get("colspan", 1))
            for cell in table.all("th", "td")
        ]
        return sum(spans)

    wrong = [
        table.attributes["id"]
        for table in page.all("table")
        if area(table) != len(list(table.all("tr"))) * len(list(table.one("thead").all("th")))
    ]

    assert [] == wrong


def test_internal_links_have_their_target(page: Element) -> None:
    """Every link inside the page leads somewhere."""
    ids = {e.attributes["id"] for e in page.all() if "id" in e.attributes}

    assert [] == [link for link in links(page) if link.startswith("#") and link[1:] not in ids]


def test_nothing_points_outside(page: Element) -> None:
    """Links lead inside the page, and images are data addresses."""
    assert {"", "data"} == schemes(page)


def test_stylesheets_fetch_nothing(text: str) -> None:
    """Addresses in a stylesheet are data addresses, and no sheet is imported."""
    assert [] == fetched(text)


def policy(page: Element) -> dict[str, str]:
    """Give the rules of the page's own policy."""
    (content,) = (
        e.attributes["content"]
        for e in page.all("meta")
        if e.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    return dict(rule.strip().split(" ", 1) for rule in content.split(";"))


def strange_scripts(page: Element) -> list[str]:
    """List what could run on the page but is not what its policy names."""
    allowed = policy(page).get("script-src")
    scripts = ["".join(map(str, e.children)) for e in page.all("script")]
    strange = [text for text in scripts if f"'{explore.fingerprint(text)}'" != allowed]
    return strange + [e.tag for e in page.all() if any(n.startswith("on") for n in e.attributes)]


def test_the_page_runs_its_own_script_only(page: Element) -> None:
    """The policy names the fingerprint of the script, and no attribute holds another."""
    assert [] == strange_scripts(page)


def test_only_the_screen_has_a_script(toy_pages: tuple[str, str]) -> None:
    """Paper has no script."""
    assert [1, 0] == [len(list(parse(page).all("script"))) for page in toy_pages]


@pytest.mark.parametrize(
    ("given", "instead"),
    [
        ("'use strict';", "'use strict' ;"),
        ("</body>", "<script>alert(1)</script></body>"),
        ("<main ", "<main onclick='alert(1)' "),
        ("sha256-", "sha256-A"),
    ],
    ids=["changed", "another", "attribute", "policy"],
)
def test_a_strange_script_is_seen(toy_pages: tuple[str, str], given: str, instead: str) -> None:
    """The test above sees a script that is not the page's own."""
    assert strange_scripts(parse(toy_pages[SCREEN].replace(given, instead)))


def test_the_script_has_no_blanks_around_it() -> None:
    """Some checkers leave them out of the fingerprint, browsers do not."""
    assert explore.script().strip() == explore.script()


def test_the_script_sets_text_only() -> None:
    """Names are strangers' text: nothing is read as HTML, or as a script."""
    found = re.findall(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|Function\(|fetch\(|import\(",
        explore.script(),
    )

    assert [] == found


def test_a_fingerprint_is_that_of_the_standard() -> None:
    """The example of the specification (CSP Level 3, 2.3.1: alert('Hello, world.');)."""
    expected = "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng="

    assert expected == explore.fingerprint("alert('Hello, world.');")


def test_the_policy_forbids_requests(page: Element) -> None:
    """The page's own policy allows nothing but what it carries."""
    rules = policy(page)

    assert {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "font-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    } == {name: value for name, value in rules.items() if name != "script-src"}


def test_the_policy_stands_before_all_content(page: Element) -> None:
    """The policy is in force before anything that it governs."""
    head = [e.attributes.get("http-equiv", e.tag) for e in page.one("head").all()]

    assert head.index("Content-Security-Policy") < min(head.index("style"), head.index("title"))


def test_chapters_follow_the_contents(page: Element) -> None:
    """The contents name the chapters in their order."""
    expected = [item.text for item in page.one("nav").all("li")]

    headings = (next(chapter.all("h2")).text for chapter in page.all("section"))

    assert expected == [heading.partition(" ")[2] for heading in headings]


def test_every_chapter_has_its_template() -> None:
    """There is one template for each chapter, and one for the title."""
    expected = {f"{anchor}.html" for anchor, _ in chapters.SECTIONS} | {"title.html"}

    assert expected == {path.name for path in (TEMPLATES / "sections").iterdir()}


def test_screen_and_paper_say_the_same(toy_pages: tuple[str, str]) -> None:
    """Screen and paper differ in two tables, downloads and supplements alone."""
    screen, paper = (parse(page).one("body") for page in toy_pages)
    only_there = [*screen.by_class("skip"), *screen.by_class("downloads"), *screen.by_class("data")]
    only_there += [
        e for e in screen.by_class("scroll") if next(e.all("caption")).text.startswith("Table S")
    ]
    for element in (screen, *screen.all()):
        element.children = [e for e in element.children if e not in only_there]
    for page in (screen, paper):
        for scroll in page.by_class("scroll"):
            ids = {element.attributes.get("id") for element in scroll.all()}
            if ids & {"tab-samples", "tab-improvements"}:
                scroll.children = []

    assert screen.text == paper.text


def test_only_paper_has_rules_for_pages(toy_pages: tuple[str, str]) -> None:
    """Rules that browsers do not know are given to WeasyPrint only."""
    assert [False, True] == ["@page" in page for page in toy_pages]


def test_the_headline_stands_on_top(toy_results: Results, page: Element) -> None:
    """The title block holds the headline."""
    (headline,) = page.one("header").by_class("headline")

    assert formats.plain(toy_results.headline) == headline.text


def test_the_gravest_caveats_stand_on_top(toy_results: Results, page: Element) -> None:
    """The title block links to the first three findings."""
    expected = [f"#finding-{finding.code}" for finding in toy_results.raised[:3]]

    (gravest,) = page.one("header").by_class("gravest")

    assert expected == [a.attributes["href"] for item in gravest.all("li") for a in item.all("a")]


def test_every_caveat_is_told(toy_results: Results, page: Element) -> None:
    """Each caveat has its article, in the order of the results."""
    expected = [f"finding-{finding.code}" for finding in toy_results.raised]

    assert expected == [article.attributes["aria-labelledby"] for article in page.all("article")]


def test_every_work_is_cited(toy_results: Results, page: Element) -> None:
    """No reference stands in the list without being cited in the text."""
    expected = {f"#ref-{work.key}" for work in toy_results.references}

    assert expected == {a.attributes["href"] for a in page.by_class("cite")}


def test_a_doi_is_text(page: Element) -> None:
    """References give their doi, and no link leaves the page."""
    assert "doi:10." in section(page, "references").text


@pytest.fixture(scope="module")
def hostile(toy_results: Results) -> str:
    """Render a report in which strangers named samples, genes, classes and the study."""
    results = small(toy_results)
    descriptions = ["Zyxin", 'Protein "p53", 3\' end', "β-globin <fragment> & more"]
    names = dict(zip(results.genes.heat_map.gene_ids, [f"gene {h}" for h in HOSTILE], strict=False))
    samples = [sample for sample, _ in results.data.label_join.first_pairs]
    names |= dict(zip(samples, [f"sample {h}" for h in HOSTILE], strict=True))
    names |= dict(zip(descriptions, [f"description {h}" for h in HOSTILE], strict=False))
    names |= dict(
        zip(["B-cell", "T-cell", "myeloid"], [f"class {h}" for h in HOSTILE], strict=False)
    )
    names |= {"The toy study": f"title {' '.join(HOSTILE[:4])}"}
    return html.pages(renamed(results, names))[SCREEN]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("of", ["gene", "sample"])
def test_a_hostile_name_is_text(hostile: str, of: str, name: str) -> None:
    """Whatever a gene or sample is called stands on the page, letter for letter."""
    assert f"{of} {name}" in parse(hostile).text


@pytest.mark.parametrize("name", HOSTILE[:3], ids=range(3))
@pytest.mark.parametrize("of", ["class", "description"])
def test_a_hostile_class_or_description_is_text(hostile: str, of: str, name: str) -> None:
    """Whatever a class or a gene's description says stands on the page, letter for letter."""
    assert f"{of} {name}" in parse(hostile).text


def test_a_hostile_title_is_text(hostile: str) -> None:
    """Whatever the study is called is its heading, letter for letter."""
    assert f"title {' '.join(HOSTILE[:4])}" == parse(hostile).one("h1").text


def test_hostile_names_make_no_element(hostile: str, toy_pages: tuple[str, str]) -> None:
    """Names bring no element and no attribute of their own."""
    known = {(e.tag, name) for e in parse(toy_pages[SCREEN]).all() for name in e.attributes}

    found = {(e.tag, name) for e in parse(hostile).all() for name in e.attributes}

    assert set() == found - known - DRAWN


def test_hostile_names_leave_the_page_well_formed(hostile: str) -> None:
    """Names close nothing and open nothing."""
    assert [] == faults(hostile)


def test_a_brief_report_has_no_link_to_all_caveats(lay_out: LayOut) -> None:
    """Where the title block names every caveat, it does not send the reader on."""
    few = {"findings": lay_out.results.raised[:2]}

    page = lay_out(lay_out.results.model_copy(update=few))

    assert "#caveats" not in links(page.one("header"))


@pytest.mark.parametrize("can_be_fetched", [True, False])
def test_the_first_page_says_what_a_download_gains(lay_out: LayOut, can_be_fetched: bool) -> None:
    """The gain and the one command, where the study names addresses."""
    results = from_embedded(lay_out.results)
    known = results.data.source.model_copy(
        update={"gain": "the other half", "can_be_fetched": can_be_fetched}
    )
    data = results.data.model_copy(update={"source": known})

    banner = lay_out(results.model_copy(update={"data": data})).by_class("banner")[0].text

    told = f"gives the other half: expression-report fetch {results.study.name}, then build again"
    assert can_be_fetched is (told in banner)


def test_embedded_data_are_announced_before_the_contents(lay_out: LayOut) -> None:
    """A report on the embedded copy says so in its title block."""
    page = lay_out(from_embedded(lay_out.results))

    (banner,) = page.one("header").by_class("banner")

    assert banner.text.startswith("Not the full data.")


def test_full_data_have_no_banner(page: Element) -> None:
    """A report on the full data has no banner."""
    assert [] == page.by_class("banner")


def test_a_protocol_that_did_not_run_gives_its_reason(lay_out: LayOut) -> None:
    """Where a protocol did not run, its place says why."""
    page = lay_out(without_test(lay_out.results))

    assert "Not run: there are no independent samples." in section(page, "models").text


def test_data_without_test_samples_say_so(lay_out: LayOut) -> None:
    """Where there is no given split, the chapter on the data says so."""
    page = lay_out(without_test(lay_out.results))

    assert "there are no independent test samples" in section(page, "data").text


@pytest.mark.parametrize(
    ("anchor", "expected"),
    [
        ("caveats", "No rule raised a caveat."),
        ("audit", "How labels came to samples"),
        ("genes", "signature"),
    ],
)
def test_a_report_without_findings_is_whole(lay_out: LayOut, anchor: str, expected: str) -> None:
    """Where no rule raised a caveat, every chapter is still there, and says so where it should."""
    page = lay_out(lay_out.results.model_copy(update={"findings": ()}))

    assert expected in section(page, anchor).text


def test_without_findings_nothing_is_grave(lay_out: LayOut) -> None:
    """Where no rule raised a caveat, the title block has no list of them."""
    page = lay_out(lay_out.results.model_copy(update={"findings": ()}))

    assert [] == page.by_class("gravest")


def test_without_improvements_the_chapter_says_so(lay_out: LayOut) -> None:
    """Where no changed model ran, the chapter on changes says so."""
    page = lay_out(lay_out.results.model_copy(update={"improvements": ()}))

    assert "hold no changed model" in section(page, "improvements").text


def test_authors_stand_in_the_title_block(lay_out: LayOut) -> None:
    """Authors are named below the title."""
    page = lay_out.study(authors=("Ada Lovelace", "Grace Hopper"))

    assert ["Ada Lovelace, Grace Hopper"] == [e.text for e in page.by_class("authors")]


def test_without_authors_nobody_is_named(lay_out: LayOut) -> None:
    """Where no author is given, no line of the title block is left for them."""
    assert [] == lay_out.study(authors=()).by_class("authors")


@pytest.mark.parametrize(
    ("authors", "expected"), [(("Ada Lovelace",), "Ada Lovelace"), ((), "expression-report")]
)
def test_the_page_has_an_author(lay_out: LayOut, authors: tuple[str, ...], expected: str) -> None:
    """The page's metadata name the authors, or the program where there is none."""
    page = lay_out.study(authors=authors)

    actual = [
        e.attributes["content"] for e in page.all("meta") if e.attributes.get("name") == "author"
    ]

    assert [expected] == actual


@pytest.mark.parametrize(("subtitle", "expected"), [("A subtitle", ["A subtitle"]), (None, [])])
def test_the_subtitle_may_be_absent(
    lay_out: LayOut, subtitle: str | None, expected: list[str]
) -> None:
    """A study with a subtitle shows it; one without has no line for it."""
    page = lay_out.study(subtitle=subtitle)

    assert expected == [e.text for e in page.by_class("subtitle")]


@pytest.mark.parametrize(("question", "expected"), [("Why?", ["Why?"]), (None, [])])
def test_the_question_may_be_absent(
    lay_out: LayOut, question: str | None, expected: list[str]
) -> None:
    """A study with a question shows it; one without has no line for it."""
    page = lay_out.study(question=question)

    assert expected == [e.text for e in page.by_class("question")]


def test_the_date_is_told(lay_out: LayOut) -> None:
    """The footer gives the date of the report."""
    page = lay_out.study(date="1999-10-15", date_is_of_data=False)

    assert page.one("footer").text.endswith("; dated 1999-10-15.")


def test_the_date_of_the_data_is_called_so(lay_out: LayOut) -> None:
    """A report of 2026 on data of 1999 was not made in 1999."""
    page = lay_out.study(date="1999-10-15", date_is_of_data=True)

    assert page.one("footer").text.endswith("; data of 1999-10-15.")
    assert "dcterms.created" not in [e.attributes.get("name") for e in page.all("meta")]


def test_without_a_date_the_page_has_none(lay_out: LayOut) -> None:
    """Without a date of the data, neither footer nor metadata give any."""
    page = lay_out.study(date=None)

    metadata = [e.attributes.get("name", "") for e in page.all("meta")]
    found = [name for name in metadata if name.startswith("dcterms")]
    assert ([], False) == (found, "date of the data" in page.text)


def test_without_calls_none_are_told(lay_out: LayOut) -> None:
    """Data without detection calls say nothing of them."""
    page = lay_out.data(calls=None)

    assert "detection calls" not in section(page, "data").text


def test_calls_are_told(lay_out: LayOut, two_class_results: Results) -> None:
    """Data with detection calls give their shares."""
    page = lay_out.data(calls=two_class_results.data.calls)

    assert "Of the detection calls" in section(page, "data").text


def test_places_that_were_passed_over_are_told(lay_out: LayOut) -> None:
    """The chapter on the data says where else the data were looked for."""
    places = {"passed_over": ("folder a: no data files", "folder b: no actual.csv")}

    page = lay_out.data(source=lay_out.results.data.source.model_copy(update=places))

    assert "folder a: no data files; folder b: no actual.csv." in section(page, "data").text


def test_without_curves_there_is_no_heading_for_them(
    lay_out: LayOut, pictures: dict[str, Picture]
) -> None:
    """Where no curve could be drawn, the chapter on models has no place for it."""
    others = {key: picture for key, picture in pictures.items() if key != "roc"}
    lay_out.monkeypatch.setattr(catalogue, "draw", lambda results: others)

    page = lay_out(lay_out.results)

    assert "Ranking by score" not in [heading.text for heading in page.all("h3")]


def test_a_reference_may_lack_a_doi(lay_out: LayOut) -> None:
    """A work without a doi ends with its source."""
    works = tuple(w.model_copy(update={"doi": None}) for w in lay_out.results.references)

    page = lay_out(lay_out.results.model_copy(update={"references": works}))

    assert "doi:" not in section(page, "references").text


def test_many_classes_have_a_row_each(lay_out: LayOut) -> None:
    """Twelve classes are twelve rows and the sum."""
    page = lay_out(many_classes(lay_out.results, n_classes=12))

    body = page.by_id("tab-classes").one("tbody")

    assert 13 == len(list(body.all("tr")))


@pytest.mark.parametrize("text", ["[@golub1999]", "{n_train}"])
def test_values_bring_no_citation(lay_out: LayOut, text: str) -> None:
    """A class that is called like a citation or a place stays text."""
    page = lay_out(renamed(lay_out.results, {"B-cell": text}))

    assert text in page.by_id("tab-classes").text


def test_undefined_names_are_errors() -> None:
    """A template that names what there is not cannot be rendered."""
    template = html.environment().from_string("{{ nothing }}")

    with pytest.raises(UndefinedError, match="nothing"):
        template.render()


def test_undefined_is_strict() -> None:
    """No template may even ask for a name that there is not."""
    assert StrictUndefined is html.environment().undefined


@pytest.mark.parametrize("place", ["cache", "cache/expression-report", "cache/expression-report/x"])
def test_templates_need_no_cache(
    place: str,
    toy_results: Results,
    toy_pictures: dict[str, Picture],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The page is the same with templates just compiled, kept, and where none can be kept."""
    monkeypatch.setattr(html, "user_cache_path", lambda name: tmp_path / "cache" / name)
    if "x" not in place:
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).touch()

    first, second = (html.pages(toy_results, toy_pictures) for _ in range(2))

    assert first == second
    assert ("x" in place) == any((tmp_path / "cache").glob("expression-report/templates/*/*"))


def test_a_template_that_cannot_be_kept_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cache that goes away meanwhile is no error."""
    monkeypatch.setattr(html, "user_cache_path", lambda name: tmp_path / name)
    environment = html.environment()
    rmtree(tmp_path / "expression-report")

    assert environment.get_template("macros.html").name == "macros.html"


def test_everything_is_escaped() -> None:
    """What a template places is escaped, whatever the template is called."""
    template = html.environment().from_string("{{ name }}")

    assert "&lt;b&gt;" == template.render(name="<b>", medium="screen")


def test_no_template_switches_escaping_off() -> None:
    """No template marks a text as safe."""
    unsafe = re.compile(r"\|\s*safe|autoescape|Markup")

    found = [
        path.name for path in TEMPLATES.rglob("*.html") if unsafe.search(path.read_text("utf-8"))
    ]

    assert [] == found


def test_findings_of_a_chapter_keep_their_order(toy_results: Results) -> None:
    """The findings of one chapter are picked in the order of all."""
    expected = [finding for finding in toy_results.raised if finding.section == "models"]

    assert expected == html.of_section(toy_results.raised, "models")
