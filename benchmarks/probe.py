"""Render a report as the command line does, and say what that took.

`python -m benchmarks.probe RESULTS FOLDER` prints JSON: CPU seconds of the PDF, and the
libraries that were loaded though rendering computes nothing.
"""

import json
import sys
import time
from collections.abc import Iterable

from report import __main__ as entry
from report import pdf

COMPUTING = ("sklearn", "umap", "numba")


def main() -> None:
    """Render, with a clock around the PDF."""
    results, folder = sys.argv[1:]
    render, seconds = pdf.render, []

    def timed(page: str, attachments: Iterable[pdf.Attachment] = ()) -> bytes:
        start = time.process_time()
        made = render(page, attachments)
        seconds.append(time.process_time() - start)
        return made

    pdf.render = timed
    sys.argv[1:] = ["render", results, "--output", folder]
    try:
        entry.main()
    except SystemExit as ended:
        if ended.code:
            raise
    loaded = [name for name in COMPUTING if name in sys.modules]
    print(json.dumps({"pdf": sum(seconds), "loaded": loaded}))  # noqa: T201


if __name__ == "__main__":
    main()
