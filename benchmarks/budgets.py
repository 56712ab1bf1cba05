"""What a report may cost, and what it costs: `python -m benchmarks budgets`.

Each line is measured in a process of its own, as a user would start it.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

MEGA = 1e6
N_STARTS = 5
N_RENDERS = 5
MAX_PAUSE = 0.1
"""Seconds between two looks at a process, which cost it a little."""

_RENDER = ("-m", "report", "render")

HEADER = f"{'budget':<52}{'measured':>12}{'at most':>12}"


@dataclass(frozen=True)
class Cost:
    """What a process took: seconds on the clock and of CPU, megabytes at its peak."""

    wall: float
    cpu: float
    peak: float
    printed: str


@dataclass(frozen=True)
class Budget:
    """One line of the table."""

    label: str
    measured: float
    at_most: float
    unit: str

    def __str__(self) -> str:
        """Write the line, with a mark where too much was spent."""
        over = "" if self.measured <= self.at_most else "  over"
        return (
            f"{self.label:<52}{_number(self.measured, self.unit):>12}"
            f"{_number(self.at_most, self.unit):>12}{over}"
        )


def lines() -> Iterator[Budget]:
    """Build Golub's study, render it again, and measure.

    Yields
    ------
    Budget
        As soon as it is known.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "golub"
        whole = run("-m", "report", "build", "--output", str(folder))
        yield Budget("build: time on the clock", whole.wall, 90, "s")
        yield Budget("build: memory of all its processes", whole.peak, 1500, "MB")
        quick = run("-m", "report", "build", "--quick", "--output", f"{scratch}/quick")
        yield Budget("build --quick: time on the clock", quick.wall, 25, "s")
        yield from _rendering(folder, Path(scratch) / "again")
        yield from _sizes(folder)
    for label, arguments in (("--help", ["--help"]), ("a usage error", ["build", "--wrong"])):
        starts = [run("-m", "report", *arguments, fails=True).wall for _ in range(N_STARTS)]
        yield Budget(f"{label}: time on the clock", median(starts), 0.3, "s")


def _rendering(folder: Path, again: Path) -> Iterator[Budget]:
    """Write the report from its results, several times: what else runs here only adds."""
    results = str(folder / "results.json")
    probe = ("-m", "benchmarks.probe", results, str(again))
    costs = [run(*probe, watched=False) for _ in range(N_RENDERS)]
    said = [json.loads(cost.printed.splitlines()[-1]) for cost in costs]
    pages = [
        run(*_RENDER, results, "--output", f"{again}2", "--no-files", watched=False)
        for _ in range(N_RENDERS)
    ]
    yield Budget("render --no-files: CPU", min(cost.cpu for cost in pages), 8, "s")
    yield Budget("render: CPU of the PDF", min(one["pdf"] for one in said), 5, "s")
    yield Budget("render, all files: CPU", min(cost.cpu for cost in costs), 8, "s")
    yield Budget("render: memory", max(cost.peak for cost in costs), 400, "MB")
    loaded = {name for one in said for name in one["loaded"]}
    yield Budget("render: libraries loaded that compute", len(loaded), 0, "")


def _sizes(folder: Path) -> Iterator[Budget]:
    """Measure page and PDF."""
    import pikepdf

    yield Budget("report.html", (folder / "report.html").stat().st_size / MEGA, 2, "MB")
    path = folder / "report.pdf"
    with pikepdf.open(path) as document:
        attached = sum(
            len(file.get_file().obj.read_raw_bytes()) for file in document.attachments.values()
        )
        size = path.stat().st_size - attached
        yield Budget("report.pdf without its attachments", size / MEGA, 1, "MB")
        yield Budget("pages of the PDF", len(document.pages), 30, "")


def run(*arguments: str, fails: bool = False, watched: bool = True) -> Cost:
    """Run Python and measure it.

    Parameters
    ----------
    *arguments : str
        Those of Python.
    fails : bool, default=False
        Whether another status than 0 is what is measured.
    watched : bool, default=True
        Whether to add up the memory of all its processes, which costs them time; else its peak
        is that of the largest.

    Returns
    -------
    Cost
        Of the process; its memory is that of all processes that it started, too.

    Raises
    ------
    subprocess.CalledProcessError
        If it fails though it should not.
    """
    # Whoever installs the program has its modules compiled once.
    settings = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryFile("w+") as output:
        start = time.monotonic()
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, *arguments], stdout=output, stderr=subprocess.STDOUT, env=settings
        )
        peak = 0.0
        while True:
            ended, status, usage = os.wait4(process.pid, os.WNOHANG if watched else 0)
            if ended:
                break
            peak = max(peak, _memory(process.pid))
            time.sleep(min(MAX_PAUSE, (time.monotonic() - start) / 20))
        peak = peak or usage.ru_maxrss * 1024 / MEGA
        wall = time.monotonic() - start
        output.seek(0)
        printed = output.read()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode and not fails:
        raise subprocess.CalledProcessError(process.returncode, process.args, printed)
    return Cost(wall, usage.ru_utime + usage.ru_stime, peak, printed)


def _memory(pid: int) -> float:
    """Sum what a process and those below it hold, shared pages shared out, in megabytes."""
    return 1024 * sum(_held(each) for each in _family(pid)) / MEGA


def _family(pid: int) -> Iterator[int]:
    """Give a process and all that it started."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _read(task).split():
            yield from _family(int(child))


def _held(pid: int) -> int:
    """Read a process's share of memory, in kibibytes."""
    lines = _read(Path(f"/proc/{pid}/smaps_rollup")).splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _read(path: Path) -> str:
    """Read what the kernel says of a process; nothing where it has just ended."""
    try:
        return path.read_text()
    except OSError:
        return ""


def _number(value: float, unit: str) -> str:
    """Write a number with its unit."""
    digits = 0 if not unit or value >= 100 else 2
    return f"{value:.{digits}f} {unit}".rstrip()
