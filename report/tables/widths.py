"""How wide the columns of a table are on paper: measured here, once, in the table's own font.

WeasyPrint would lay out every cell twice to find its narrowest and its widest form before
it sets it. Here a column gets what its longest word needs; then, as far as the page goes,
what its cells need to stand on one line, and last what its heading needs for that.
"""

from itertools import pairwise

from report.fonts import advances
from report.tables.record import Table

PAGE = 66.0
"""Width of a page's text (170 mm), in the size of the type of tables (7.3 pt)."""
_GAP = 0.95  # between two columns
_SPACE = 0.2  # between two words
_LONGEST = 0.47  # share of the page that one word may claim; a longer one is broken


def column_widths(table: Table) -> list[float]:
    """Share out the width of the page.

    Parameters
    ----------
    table : Table
        The table.

    Returns
    -------
    list of float
        Percentages, one for each column.
    """
    steps = [*zip(*(_wishes(table, k) for k in range(len(table.columns))), strict=True)]
    widths = list(steps[0])
    for lower, upper in pairwise(steps):
        spare, missing = PAGE - sum(lower), sum(upper) - sum(lower)
        share = min(max(spare / missing, 0.0), 1.0) if missing else 0.0
        widths = [low + (high - low) * share for low, high in zip(widths, upper, strict=True)]
    return [round(100 * width / sum(widths), 2) for width in widths]


def _wishes(table: Table, position: int) -> tuple[float, float, float]:
    """Measure a column: its longest word, its longest cell, and that or its heading."""
    column = table.columns[position]
    cells = [row[position] for row in table.rows]
    longest = max(map(_width, cells), default=0.0)
    words = [longest] if column.numeric else [_width(w) for c in cells for w in c.split(" ")]
    heading = [_width(word, bold=True) for word in column.label.split(" ")]
    word = min(max([*heading, *words]), _LONGEST * PAGE)
    # The name of a group has the height of all its rows.
    cell = word if table.grouped and position == 0 else max(word, longest)
    whole = max(cell, sum(heading) + _SPACE * (len(heading) - 1))
    after_number = position > 0 and table.columns[position - 1].numeric and not column.numeric
    gap = _GAP * (2 if after_number else 1)
    return word + gap, cell + gap, whole + gap


def _width(text: str, *, bold: bool = False) -> float:
    """Measure a text in the size of its type, kerning left aside."""
    known = advances(bold=bold)
    return sum(known.get(character, 1.0) for character in text)
