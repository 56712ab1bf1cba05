"""Everything that the output folder holds, as bytes by name.

::

    report.html  report.pdf  results.json
    figures/     05-pca.svg, .pdf, .png: each figure under its number, its data as .csv;
                 06-tsne-85mm.svg and so on where one column is wide enough
    tables/      07-covariates.csv and .tex: each table; genes.csv and samples.csv, whole
    methods.md   methods.tex   references.bib
    MANIFEST.sha256
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from hashlib import sha256

from pipeline.results import Results, dumps
from report import bibliography, garbage, html, latex, markdown, pdf, plates
from report.attachments import attachments
from report.csvfile import csv_bytes
from report.figures import catalogue as figure_catalogue
from report.figures import style
from report.figures.drawing import as_file
from report.figures.style import Picture
from report.formats import MINUS, NO_BREAK, UNDEFINED
from report.output import MANIFEST
from report.pdf import Attachment
from report.tables import catalogue as table_catalogue
from report.tables.record import Column, Table

Beside = Callable[[Callable[[], dict[str, bytes]]], Iterator[dict[str, bytes]]]

MAX_KEY = 60
"""Characters of a key that a file's name takes over."""


@garbage.paused()
def contents(
    results: Results,
    *,
    with_pdf: bool = True,
    with_files: bool = True,
    with_results: bool = True,
    beside: Beside | None = None,
) -> dict[str, bytes]:
    """Make every file of a report.

    Parameters
    ----------
    results : Results
        The results object.
    with_pdf : bool, default=True
        Whether to make the PDF; without it figures are written as SVG only.
    with_files : bool, default=True
        Whether to make figures, tables, methods and references as files of their own.
    with_results : bool, default=True
        Whether the results are among the files.
    beside : callable, optional
        Begins a task in another process, and gives what will come of it. With it the figures'
        files are written beside page and PDF, for which the figures are drawn once more.

    Returns
    -------
    dict of str to bytes
        By name; folders are parted by slashes. The last is the list of the others.
    """
    task = partial(_figure_files, results, with_pdf=with_pdf)
    begun = beside(task) if beside and with_files else None
    figures, drawings = _drawn(results, with_files=with_files and begun is None)
    tables, attached = table_catalogue.build(results), attachments(results)
    screen, paper = html.pages(results, figures, tables)
    files = {"report.html": screen.encode()}
    if with_pdf:
        files["report.pdf"] = pdf.render(paper, attached)
    if with_results:
        files["results.json"] = dumps(results).encode()
    if with_files:
        files |= next(begun) if begun else _written(results, drawings, with_pdf=with_pdf)
        files |= dict(_tables(tables, attached))
        files |= _chapters(results)
    return files | {MANIFEST: manifest(files)}


def manifest(files: Mapping[str, bytes]) -> bytes:
    """List files with their hashes.

    Parameters
    ----------
    files : mapping of str to bytes
        Contents by name.

    Returns
    -------
    bytes
        A line for each, sorted by name.
    """
    lines = (f"{sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    return "".join(lines).encode()


def file_name(number: str, key: str) -> str:
    """Name the files of a figure or a table.

    Parameters
    ----------
    number : str
        Its number in the report.
    key : str
        Its key, which may come from strangers.

    Returns
    -------
    str
        For example 03-pca or S1-learning: letters, digits, hyphens and underscores.
    """
    return f"{number:0>2}-{latex.label(key)[:MAX_KEY].strip('-') or 'unnamed'}"


def _figure_files(results: Results, *, with_pdf: bool) -> dict[str, bytes]:
    """Draw each figure and write its files."""
    return _written(results, _drawn(results, with_files=True)[1], with_pdf=with_pdf)


def _drawn(results: Results, *, with_files: bool) -> tuple[dict[str, Picture], dict[str, Picture]]:
    """Draw each figure: by key for the page and, some narrower too, by name for their files."""
    figures: dict[str, Picture] = {}
    plates: dict[str, Picture] = {}
    with garbage.swept():
        for picture in figure_catalogue.pictures(results):
            figures[picture.key] = plates[_stem(picture)] = picture
            gc.collect(0)  # what it was drawn with is large; no need to look at older pictures
        for single in figure_catalogue.draw_single(results) if with_files else ():
            plates[f"{_stem(figures[single.key])}-{style.SINGLE_MM}mm"] = single
    return figures, plates


def _stem(picture: Picture) -> str:
    """Name a figure's files, without what tells the format."""
    return f"figures/{file_name(str(picture.number), picture.key)}"


def _written(
    results: Results, figures: Mapping[str, Picture], *, with_pdf: bool
) -> dict[str, bytes]:
    """Write figures in three formats, each with its numbers; without PDF, as SVG alone."""
    files = {f"{name}.csv": picture.data.csv for name, picture in figures.items() if picture.number}
    with style.drawing():
        files |= {f"{name}.svg": as_file(picture.svg) for name, picture in figures.items()}
    if with_pdf:
        printed = plates.to_pdfs(figures.values(), language=results.study.language)
        for name, content in zip(figures, printed, strict=True):
            files |= {f"{name}.pdf": content, f"{name}.png": plates.to_png(content)}
    return files


def _tables(
    tables: Mapping[str, Table], attached: Iterable[Attachment]
) -> Iterator[tuple[str, bytes]]:
    """Write each table in two formats, and those that the report does not show whole."""
    for table in tables.values():
        name = f"tables/{file_name(table.label.removeprefix('Table '), table.key)}"
        yield f"{name}.csv", _csv(table)
        yield f"{name}.tex", latex.table(table).encode()
    yield from (
        (f"tables/{file.name}", file.content) for file in attached if file.name.endswith(".csv")
    )


def _csv(table: Table) -> bytes:
    """Write a table as it is shown, its numbers as programs read them."""
    rows = (
        [_cell(cell, column) for cell, column in zip(row, table.columns, strict=True)]
        for row in table.rows
    )
    return csv_bytes([column.label for column in table.columns], rows)


def _cell(text: str, column: Column) -> str:
    """Take typography out of a number; what is undefined is an empty cell."""
    if not column.numeric:
        return text
    return "" if text == UNDEFINED else text.replace(MINUS, "-").replace(NO_BREAK, " ")


def _chapters(results: Results) -> dict[str, bytes]:
    """Write the Methods chapter and the works cited."""
    return {
        "methods.md": markdown.methods(results.methods).encode(),
        "methods.tex": latex.methods(results.methods).encode(),
        "references.bib": bibliography.bibtex(results.references).encode(),
    }
