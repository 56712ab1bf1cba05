"""Tables of the reporting checklists."""

from pipeline.records.checklists import Checklist, Item
from pipeline.results import Results
from report import formats
from report.chapters import sections
from report.tables.record import Table, columns

_LEADS = {
    "answered": "",
    "not applicable": "Not applicable. ",
    "for the author": "For the author to complete. ",
}


def checklists(results: Results) -> list[Table]:
    """Show the items of each checklist with their answers.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    list of Table
        One a checklist, a row for each item.
    """
    return [_checklist(results, checklist) for checklist in results.checklists]


def _checklist(results: Results, checklist: Checklist) -> Table:
    """Show one checklist."""
    headings = dict(sections(results))
    return Table(
        key=f"checklist-{checklist.key}",
        caption=f"{checklist.label}: its items in our words, and what answers them here.",
        columns=columns("Item", "About", "Answer", "Chapter"),
        rows=tuple(
            (item.number, item.name, _answer(item), headings.get(item.section or "", ""))
            for item in checklist.items
        ),
        links=tuple(item.section if item.section in headings else None for item in checklist.items),
    )


def _answer(item: Item) -> str:
    """Write the answer, and who gives it where it is not the report."""
    return f"{_LEADS[item.reply]}{formats.plain(item.answer)}".strip()
