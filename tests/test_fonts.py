import base64
from pathlib import Path

import matplotlib
import pytest
from fontTools.ttLib import TTFont
from matplotlib.font_manager import fontManager

from report import fonts


def test_templates_hold_the_skeleton() -> None:
    """The folder of templates is found, whether installed or not."""
    assert (fonts.TEMPLATES / "report.html").is_file()


@pytest.mark.parametrize("face", fonts.FACES, ids=lambda face: face.file)
def test_a_face_is_its_file(face: fonts.Face) -> None:
    """A face's data address holds the bytes of a file that travels with the templates."""
    expected = (fonts.TEMPLATES / "fonts" / face.file).read_bytes()

    actual = base64.b64decode(face.data_uri.removeprefix("data:font/woff;base64,"))

    assert expected == actual


def test_every_font_file_is_used() -> None:
    """No font travels with the templates for nothing."""
    expected = {path.name for path in (fonts.TEMPLATES / "fonts").glob("*.woff")}

    assert expected == {face.file for face in fonts.FACES}


def test_figures_fall_back_on_dejavu() -> None:
    """Figures are drawn with the sans-serif faces of the page, and last with DejaVu."""
    with fonts.figure_fonts() as families:
        actual = [name.startswith("Source Sans 3") for name in families[:-1]], families[-1]

    assert ([True, True], "DejaVu Sans") == actual


def test_lent_fonts_have_no_time_of_day() -> None:
    """A font that is unpacked for figures keeps the date of its file: figures embed it."""
    files = [fonts.TEMPLATES / "fonts" / face.file for face in fonts.FACES[:2]]
    expected = {f"{path.name}.ttf": TTFont(path)["head"].modified for path in files}

    with fonts.figure_fonts():
        lent = {Path(entry.fname) for entry in fontManager.ttflist}
        actual = {
            path.name: TTFont(path)["head"].modified for path in lent if path.name in expected
        }

    assert expected == actual


def test_figure_fonts_are_lent() -> None:
    """After drawing, matplotlib knows the fonts that it knew before."""
    before = list(fontManager.ttflist)

    with fonts.figure_fonts():
        pass

    assert before == fontManager.ttflist


def test_figure_fonts_are_given_back_after_an_error() -> None:
    """An error while drawing leaves none of the lent fonts behind."""
    before = list(fontManager.ttflist)

    with pytest.raises(RuntimeError), fonts.figure_fonts():
        raise RuntimeError

    assert before == fontManager.ttflist


def test_fontconfig_shows_no_font_of_the_system() -> None:
    """Pango is shown the folder of our own faces and that of matplotlib, and no other."""
    expected = ["here", str(Path(matplotlib.get_data_path()) / "fonts" / "ttf")]

    actual = fonts.fontconfig(Path("here"))

    assert expected == [part.split("</dir>")[0] for part in actual.split("<dir>")[1:]]


def test_fontconfig_escapes_paths() -> None:
    """A folder whose name means something in XML is written as text."""
    assert "<dir>a &amp; &lt;b&gt;</dir>" in fonts.fontconfig(Path("a & <b>"))


def test_paper_has_the_faces_of_the_screen() -> None:
    """Printed faces are those of the page, table by table, with the date of their files."""
    with fonts.paper_fonts() as path:
        for face in fonts.FACES:
            expected = TTFont(fonts.TEMPLATES / "fonts" / face.file)
            actual = TTFont(path.parent / f"{face.file}.ttf")
            assert expected["head"].modified == actual["head"].modified
            tables = set(expected.keys()) - {"GlyphOrder", "head"}
            assert all(expected.getTableData(t) == actual.getTableData(t) for t in tables)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("zyxin α ≥ 5 µm", "zyxin α ≥ 5 µm"),
        ("漢", "[U+6F22]"),
        ("a\x00b", "a[U+0000]b"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_what_no_font_has_is_spelled_out(text: str, expected: str) -> None:
    """A character that would print as an empty box is written as its code point."""
    assert expected == fonts.spell_unknown(text)


def test_the_screen_keeps_what_a_browser_can_show() -> None:
    """For the screen only control characters are spelled out."""
    assert "漢[U+001B]" == fonts.spell_controls("漢\x1b")
