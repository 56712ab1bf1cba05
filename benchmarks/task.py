"""What a line of the table is, on which data it is measured, and how it is written."""

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

import click
import numpy as np
from numpy.typing import NDArray

from pipeline import config, sources
from pipeline.errors import DataError
from pipeline.readers import kaggle

SEED = 0

MAX_RUNS = 3
MAX_SECONDS = 10.0
"""No further run is begun once scikit-learn has taken so long."""

HEADER = f"{'task':<48}{'scikit-learn':>13}{'here':>14}{'ratio':>9}{'differ':>9}"

Labels = NDArray[np.intp]


@dataclass(frozen=True)
class Data:
    """Samples with class indices, and what they are called."""

    name: str
    X: NDArray[np.float64]
    y: Labels


@dataclass(frozen=True)
class Task:
    """One line of the table: the same work, done twice; each gives predicted classes.

    Where `fast` does the work `n_times` over, for as many permutations of the labels, its
    time is divided by that, and `rival` does the first of them only.
    """

    label: str
    fast: Callable[[Data], Labels]
    rival: Callable[[Data], Labels]
    n_times: int = 1


def load() -> Data:
    """Read the study of Golub et al. as logarithms, or draw noise of its shape.

    Returns
    -------
    Data
        72 samples, 7129 genes.
    """
    study = config.load(sources.study_file("golub"))
    beside = Path(__file__).resolve().parents[2] / "shared" / "data" / "golub"
    try:
        located = sources.find(study, data_dir=beside if beside.is_dir() else None, offline=True)
        if located.format == "kaggle":  # the embedded copy has 38 samples only
            dataset = kaggle.read(located.paths, unit=located.unit)
            X = np.log10(np.clip(dataset.X, 100, 16_000))
            return Data("Golub et al. 1999, log10", X, np.searchsorted(dataset.classes, dataset.y))
    except DataError as error:
        click.echo(f"{error}; drawing noise instead", err=True)
    rng = np.random.default_rng(SEED)
    return Data("noise", rng.normal(size=(72, 7129)), (np.arange(72) >= 47).astype(np.intp))


def measure(task: Task, data: Data) -> str:
    """Run both sides in turn and write a line.

    Parameters
    ----------
    task : Task
        What is done.
    data : Data
        On what.

    Returns
    -------
    str
        Label, CPU times, ratio, number of predictions that differ.
    """
    fast: list[float] = []
    rival: list[float] = []
    expected = actual = task.fast(data)  # once unmeasured: imports, compilation, caches
    while len(rival) < MAX_RUNS and sum(rival) < MAX_SECONDS:
        expected = _timed(task.rival, data, rival)
        actual = _timed(task.fast, data, fast)
    ours, theirs = median(fast) / task.n_times, median(rival)
    n_differ = int((expected != actual[: len(expected)]).sum())
    return (
        f"{task.label:<48}{theirs:>11.2f} s{ours * 1000:>11.3g} ms{theirs / ours:>8,.0f}x"
        f"{n_differ:>7} of {len(expected)}"
    )


def machine() -> str:
    """Describe what the table was measured on.

    Returns
    -------
    str
        Processor, cores, versions.
    """
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "scikit-learn"))
    return (
        f"{models[0] if models else platform.processor()}, {len(models) or '?'} cores, "
        f"{platform.system()}; Python {platform.python_version()}, {libraries}"
    )


def _timed(work: Callable[[Data], Labels], data: Data, seconds: list[float]) -> Labels:
    """Work, and note the CPU time."""
    start = time.process_time()
    predicted = work(data)
    seconds.append(time.process_time() - start)
    return predicted
