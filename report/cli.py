"""The command line: the only module that knows both halves and the terminal.

Heavy imports stand inside the commands: help and usage errors answer at once, and
rendering never loads scikit-learn.
"""

import os
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from report import garbage, interrupt

if TYPE_CHECKING:
    from pipeline.config import Config
    from pipeline.progress import Progress
    from pipeline.results import Results
    from report.folder import Beside

BAD_INPUT = 2
RESULTS = "results.json"

Check = Callable[[], None]
"""Raises KeyboardInterrupt where Ctrl-C was pressed and got lost."""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="expression-report")
def cli() -> None:
    """Turn a gene-expression study with class labels into a report in HTML and PDF."""


_OUTPUT = click.option(
    "--output",
    "output_dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write into.  [default: output/<name of the study>]",
)
_PDF = click.option(
    "--pdf/--no-pdf",
    default=True,
    help="Whether to make the PDF, and those of the figures, from which their PNGs come.",
)
_FILES = click.option(
    "--files/--no-files",
    default=True,
    help="Whether to write figures, tables, methods and references as files of their own.",
)


@cli.command()
@click.argument("study", default="golub")
@click.option(
    "--data",
    "data_dir",
    type=click.Path(path_type=Path),
    help="Folder with the study's data files; no other place is looked into.",
)
@_OUTPUT
@click.option(
    "--recipe",
    type=click.Choice(
        ["standard", "arrays", "all_genes", "unlogged", "logged", "logged_arrays", "raw"]
    ),
    help="Preprocessing instead of the study's own.",
)
@_PDF
@_FILES
@click.option("--quick", is_flag=True, help="Fewer repeats and permutations; the report says so.")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    help="Processes to use; the results do not depend on it.  [default: all cores]",
)
@click.option("--offline", is_flag=True, help="Download nothing.")
@click.option(
    "--strict", is_flag=True, help="Fail where the full data are not found (for scheduled runs)."
)
@click.pass_obj
def build(
    check: Check,
    study: str,
    data_dir: Path | None,
    output_dir: Path | None,
    recipe: str | None,
    pdf: bool,
    files: bool,
    quick: bool,
    jobs: int | None,
    offline: bool,
    strict: bool,
) -> None:
    """Compute a study and write its report.

    STUDY is a study's .toml file, or the name of a study that travels with the program
    (default: golub). Writes report.html, report.pdf, results.json, the folders figures and
    tables, the Methods chapter, and a list of all files with their hashes.
    """
    from pipeline import config as configuration
    from pipeline import sources
    from report import output
    from report import pdf as printer

    if pdf:
        printer.check()
    config = configuration.load(sources.study_file(study))
    if recipe:
        config = _with_recipe(config, recipe)
    if quick:
        config = configuration.quickened(config)
    date = _date(config)
    target = output_dir or Path("output") / config.study.name
    output.check(target)
    located = sources.find(config, data_dir=data_dir, offline=offline, strict=strict)
    place = next(iter(located.paths.values())).parent
    click.echo(f"Data: {_one_line(located.source.label)} ({_one_line(place)})")
    with _progress(check) as progress:
        # Loads scikit-learn: seconds in which the bar already stands.
        progress("loading", 0, 1)
        from pipeline.run import run

        n_jobs = jobs or _n_cores()
        with garbage.running():
            results = run(config, located, date=date, progress=progress, n_jobs=n_jobs)
        progress("rendering", 0, 1)
        beside = partial(_beside, n_jobs=n_jobs) if n_jobs > 1 else None
        written = _write(
            results, target, pdf=pdf, files=files, with_results=True, beside=beside, check=check
        )
    _say(results, written, target)


@cli.command()
@click.argument("study", default="golub")
def fetch(study: str) -> None:
    """Download a study's data into the cache, where `build` finds them.

    STUDY is a study's .toml file, or the name of a study that travels with the program
    (default: golub). Every file is checked by its hash; what is there already is not asked for.
    """
    from pipeline import config as configuration
    from pipeline import download, sources

    config = configuration.load(sources.study_file(study))
    sources.check_cache(config)
    folder = sources.cache_folder(config.study.name)
    for file in download.fetch(config, folder):
        state = "downloaded" if file.is_new else "there already"
        click.echo(_one_line(f"{folder / file.name}: {file.n_bytes} bytes, {state}, hash checked"))


@cli.command()
@click.argument("results_file", metavar="RESULTS", type=click.Path(path_type=Path))
@_OUTPUT
@_PDF
@_FILES
@click.pass_obj
def render(
    check: Check, results_file: Path, output_dir: Path | None, pdf: bool, files: bool
) -> None:
    """Write the report again from a RESULTS file, without computing.

    Writes what `build` writes, beside the file or into --output.
    """
    from pipeline import results as records
    from report import output

    target = output_dir or results_file.parent
    output.check(target)
    results = records.load(results_file)
    # Beside a file of another name there may be results of another study.
    with_results = results_file.name == RESULTS or target.resolve() != results_file.parent.resolve()
    with _progress(check, only="rendering") as progress, _from_file(results_file):
        progress("rendering", 0, 1)
        written = _write(
            results, target, pdf=pdf, files=files, with_results=with_results, check=check
        )
    _say(results, written, target)


@contextmanager
def _from_file(path: Path) -> Iterator[None]:
    """Blame the file where results that were read back cannot be drawn.

    Their records are checked against each other, and not every number in them can be.
    """
    from pipeline.errors import ConfigError, DataError

    try:
        yield
    except (ConfigError, DataError):
        raise
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise DataError(
            f"{path}: expected results as build wrote them, found records that cannot be drawn "
            f"({type(error).__name__}: {error}); build them again"
        ) from error


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and leave with its status.

    Parameters
    ----------
    arguments : list of str, optional
        Instead of those of the process.
    """
    from pipeline.errors import ConfigError, DataError
    from report.pdf import PdfError

    if isinstance(sys.stdout, TextIOWrapper):  # a log in another encoding must not end the run
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        with interrupt.noticed() as check:
            # Not cli.main(): it turns Ctrl-C into an exception and an empty line of its own.
            given = sys.argv[1:] if arguments is None else list(arguments)
            with cli.make_context("expression-report", given, obj=check) as context:
                cli.invoke(context)
    except KeyboardInterrupt:
        interrupt.leave()
    except click.exceptions.Exit as ended:  # --help and --version
        sys.exit(ended.exit_code)
    except (ConfigError, DataError, PdfError) as error:
        _leave(f"error: {_one_line(error)}", BAD_INPUT)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:  # whoever read our last words has heard enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _leave(f"error: {where}{error.strerror or _one_line(error)}", BAD_INPUT)
    sys.exit(0)


def _leave(message: str, status: int) -> NoReturn:
    """Say one line and leave."""
    warnings.simplefilter("ignore")  # joblib would warn of the tasks that it gave up
    click.echo(f"expression-report: {message}", err=True)
    sys.exit(status)


def _one_line(text: object) -> str:
    """Strangers' text for a terminal: no line breaks, and no characters that steer it."""
    return "".join(c if c.isprintable() else " " for c in str(text))


def _with_recipe(config: "Config", recipe: str) -> "Config":
    """Put another preprocessing recipe into the configuration."""
    section = config.preprocess.model_copy(update={"recipe": recipe})
    return config.model_copy(update={"preprocess": section})


def _n_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _date(config: "Config") -> str | None:
    """The date to print: SOURCE_DATE_EPOCH where it is set, else that of the data."""
    from pipeline.errors import ConfigError

    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return config.study.date.isoformat() if config.study.date else None
    try:
        return datetime.fromtimestamp(int(epoch), UTC).date().isoformat()
    except (ValueError, OverflowError, OSError) as error:
        raise ConfigError(
            f"SOURCE_DATE_EPOCH: expected seconds since 1970, found {epoch!r}"
        ) from error


def _beside(task: Callable[[], dict[str, bytes]], *, n_jobs: int) -> Iterator[dict[str, bytes]]:
    """Begin a task in one of the processes that the evaluation left waiting."""
    from pipeline.nested import in_processes

    return in_processes([task], n_jobs=n_jobs)


def _write(
    results: "Results",
    folder: Path,
    *,
    pdf: bool,
    files: bool,
    with_results: bool,
    check: Check,
    beside: "Beside | None" = None,
) -> list[str]:
    """Make all files, and move them into place at once; give their names."""
    from report import output
    from report.folder import contents

    made = contents(
        results, with_pdf=pdf, with_files=files, with_results=with_results, beside=beside
    )
    check()  # the last moment at which Ctrl-C changes nothing
    output.write_all(folder, made)
    return list(made)


def _say(results: "Results", written: list[str], folder: Path) -> None:
    """End by saying where the files are, the headline and the gravest caveats."""
    from pipeline.results import fingerprint
    from report.formats import plain
    from report.html import N_GRAVEST
    from report.tables.caveats import summary

    click.echo(f"\n{_one_line(plain(results.headline))}\n")
    if results.raised:
        click.echo("Gravest caveats:")
        for finding in results.raised[:N_GRAVEST]:
            click.echo(_one_line(f"  {finding.code} {finding.title}: {plain(finding.statement)}"))
    click.echo(f"Rules: {summary(results)}")
    click.echo(f"Fingerprint: {fingerprint(results)}")
    click.echo("\nWritten:")
    for name, n_files in Counter(name.partition("/")[0] for name in written).items():
        click.echo(f"  {folder / name}" + (f" ({n_files} files)" if name not in written else ""))
    if "report.pdf" not in written and (folder / "report.pdf").exists():
        click.echo(f"  ({folder / 'report.pdf'} is from an earlier run)")


@contextmanager
def _progress(check: Check, *, only: str | None = None) -> Iterator["Progress"]:
    """Show one bar with the running step on a terminal; elsewhere be silent."""
    if not sys.stderr.isatty():
        yield lambda step, done, total: check()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description:<20}"),
        BarColumn(),
        TextColumn("{task.fields[left]:>16}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=1.0, left="")
        yield _teller(lambda **fields: bar.update(task, **fields), check, time.monotonic, only)


def _teller(
    update: Callable[..., None], check: Check, clock: Callable[[], float], only: str | None
) -> "Progress":
    """Turn a step's own progress into that of the whole bar, with the time that is left."""
    from pipeline.progress import STEPS, share_done

    start, steps = clock(), {only: 1.0} if only else STEPS

    def tell(step: str, done: int, total: int) -> None:
        check()
        share = share_done(step, done, total, steps=steps)
        elapsed = clock() - start
        # The first steps load modules, which says little of the speed of the others.
        left = f"about {elapsed * (1 - share) / share:.0f} s left" if share > MIN_SHARE else ""
        update(completed=share, description=step, left=left)

    return tell


MIN_SHARE = 0.1
"""Share of the run after which the time left is guessed from the time that it took."""
