"""The files that travel inside the page: all results, and the data of each figure."""

import base64
import gzip
from dataclasses import dataclass
from urllib.parse import quote

from pipeline.results import Results, dumps
from report.csvfile import csv_bytes
from report.figures.style import Picture
from report.samples import sample_table

MAX_BYTES = 20_000
"""Data of a figure beyond this are not put into the page once more: the results have them."""

RESULTS_NAME = "results.json.gz"


@dataclass(frozen=True)
class Download:
    """A file to be saved from the page, and what is in it."""

    name: str
    mime: str
    content: bytes
    what: str

    @property
    def data_uri(self) -> str:
        """The file as a data address, written in the shorter of two ways."""
        encoded = f"data:{self.mime};base64,{base64.b64encode(self.content).decode('ascii')}"
        if not self.mime.startswith("text/"):
            return encoded
        quoted = f"data:{self.mime},{quote(self.content, safe=',;:@/()+!*')}"
        return min(encoded, quoted, key=len)


def downloads(results: Results) -> tuple[Download, ...]:
    """Give the files that the page offers as a whole.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    tuple of Download
        The results object, packed, comes first: the page's script reads it.
    """
    packed = gzip.compress(dumps(results).encode(), compresslevel=4, mtime=0)
    study = results.study
    toml = [
        Download(
            f"{study.name}.toml", "text/plain;charset=utf-8", study.toml.encode(), "the study file"
        )
    ]
    return (
        Download(
            name=RESULTS_NAME,
            mime="application/gzip",
            content=packed,
            what="every number of this report, the ranking of all "
            f"{study.gene_noun_plural} among them, as JSON packed with gzip",
        ),
        Download(
            name="samples.csv",
            mime="text/csv;charset=utf-8",
            content=csv_bytes(*sample_table(results)),
            what=f"what each model said of each held-out {study.sample_noun}",
        ),
        *(toml if study.toml else ()),
    )


def figure_data(picture: Picture) -> Download | None:
    """Give the numbers that a figure shows.

    Parameters
    ----------
    picture : Picture
        The figure.

    Returns
    -------
    Download or None
        A CSV file; None where it is too large to be put into the page.
    """
    content = picture.data.csv
    if len(content) > MAX_BYTES:
        return None
    return Download(
        name=f"{picture.key}.csv",
        mime="text/csv;charset=utf-8",
        content=content,
        what=picture.title,
    )
