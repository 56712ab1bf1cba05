"""Toy studies that every test may use, and the real one where it lies beside the repository.

The toy study has three classes, 24 training and 6 test samples and 40 genes, on the
scale of the first Affymetrix arrays::

    genes  0 to 14   high in one class, five genes each
    genes 15 to 35   vary, but know nothing of the classes
    genes 36 to 39   below the floor in every sample: the variation filter drops them
"""

import csv
import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from threadpoolctl import threadpool_limits

from pipeline import config, run, sources
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.results import Results
from report import html
from report.figures import catalogue
from report.figures.style import Picture

ROOT = Path(__file__).resolve().parents[1]
N_TRAIN, N_TEST, N_GENES, N_FLAT = 24, 6, 40, 4

CLAIM = {
    "key": "paper",
    "source": "A paper <that> nobody wrote & nobody read",
    "explanation": "bad luck",
    "models": ["logistic", "svm"],
    "samples": "train",
    "test_share": 0.25,
    "stratified": True,
    "seed": 1,
    "n_samples": 24,
    "accuracy": "0.67",
    "classes": {"ALL": {"f1": "0.67"}, "AML": {"f1": "0.67"}},
    "n_seeds": 10,
}
"""What is claimed of the toy study of two classes: 4 of 6 right, or 6 of 9, and so on."""

# No deadline: a test never times anything. Derandomised: two runs draw the same cases.
settings.register_profile("suite", deadline=None, derandomize=True, database=None, max_examples=60)
settings.load_profile("suite")


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Let no test reach the network."""
    connect = socket.socket.connect

    def refuse(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            raise AssertionError(f"a test reached for the network: {address}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """Compute on one thread, as the program does: sums depend on their number."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="session")
def toy_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the toy study in the layout `tables`: expression.csv and samples.csv."""
    folder = tmp_path_factory.mktemp("toy")
    classes = ("B-cell", "T-cell", "myeloid")
    X, y, ids, partition = _toy(classes)
    columns = np.random.default_rng(1).permutation(len(ids))
    _write_csv(
        folder / "expression.csv",
        ["gene", "description", *(ids[i] for i in columns)],
        [[gene, text, *X[columns, g]] for g, (gene, text) in enumerate(_genes())],
    )
    samples = zip(ids, y, partition, strict=True)
    _write_csv(folder / "samples.csv", ["sample", "class", "split"], samples)
    return folder


@pytest.fixture(scope="session")
def toy_config() -> Config:
    """Give the toy study's configuration: every model, few folds."""
    return _config("toy", "tables", {"expression": "expression.csv", "samples": "samples.csv"})


@pytest.fixture(scope="session")
def toy_dataset(toy_dir: Path, toy_config: Config) -> Dataset:
    """Read the toy study."""
    located = sources.find(toy_config, data_dir=toy_dir)
    return run.READERS[located.format](located.paths, unit=located.unit)


@pytest.fixture(scope="session")
def toy_results(toy_dir: Path, toy_config: Config) -> Results:
    """Compute the toy study's results."""
    return _compute(toy_config, toy_dir)


@pytest.fixture(scope="session")
def toy_pictures(toy_results: Results) -> dict[str, Picture]:
    """Draw every figure of the toy study."""
    return catalogue.draw(toy_results)


@pytest.fixture(scope="session")
def toy_pages(toy_results: Results, toy_pictures: dict[str, Picture]) -> tuple[str, str]:
    """Render the toy study's report for the screen and for paper."""
    return html.pages(toy_results, toy_pictures)


@pytest.fixture(scope="session")
def two_class_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a toy study of two classes in the layout `kaggle`, columns not in label order."""
    folder = tmp_path_factory.mktemp("two-class")
    X, y, ids, partition = _toy(("ALL", "AML"))
    _write_csv(folder / "actual.csv", ["patient", "cancer"], zip(ids, y, strict=True))
    rng = np.random.default_rng(2)
    for part in ("train", "test"):
        columns = rng.permutation(np.flatnonzero(np.array(partition) == part))
        _write_csv(
            folder / f"{part}.csv",
            [
                "Gene Description",
                "Gene Accession Number",
                *(name for i in columns for name in (ids[i], "call")),
            ],
            [
                [text, gene, *(cell for i in columns for cell in (X[i, g], _call(X[i, g])))]
                for g, (gene, text) in enumerate(_genes())
            ],
        )
    return folder


@pytest.fixture(scope="session")
def two_class_config() -> Config:
    """Give the configuration of the toy study of two classes, of which something is claimed."""
    config = _config(
        "two-class",
        "kaggle",
        {"labels": "actual.csv", "train": "train.csv", "independent": "test.csv"},
    )
    return Config.model_validate(config.model_dump() | {"claims": [CLAIM]})


@pytest.fixture(scope="session")
def two_class_dataset(two_class_dir: Path, two_class_config: Config) -> Dataset:
    """Read the toy study of two classes."""
    located = sources.find(two_class_config, data_dir=two_class_dir)
    return run.READERS[located.format](located.paths, unit=located.unit)


@pytest.fixture(scope="session")
def two_class_results(two_class_dir: Path, two_class_config: Config) -> Results:
    """Compute the results of the toy study of two classes."""
    return _compute(two_class_config, two_class_dir)


@pytest.fixture
def kaggle_dir(tmp_path: Path) -> Path:
    """Write three genes and eight samples by hand; sample s has 10 s, 10 s + 1 and 10 s + 2."""
    head = "Gene Description,Gene Accession Number"
    (tmp_path / "actual.csv").write_text(
        "patient,cancer\n1,ALL\n2,ALL\n3,ALL\n4,AML\n5,AML\n6,AML\n7,ALL\n8,AML\n"
    )
    (tmp_path / "train.csv").write_text(
        f"{head},4,call,1,call,5,call,2,call,6,call,3,call\n"
        "Zyxin,X95735_at,40,P,10,A,50,P,20,A,60,M,30,A\n"
        '"Cystatin C, 3\' end",M27891_at,41,P,11,A,51,P,21,P,61,P,31,A\n'
        "MB-1,U05259_at,42,A,12,P,52,A,22,P,62,A,32,P\n"
    )
    (tmp_path / "test.csv").write_text(
        f"{head},8,call,7,call\n"
        "Zyxin,X95735_at,80,P,70,A\n"
        '"Cystatin C, 3\' end",M27891_at,81,P,71,A\n'
        "MB-1,U05259_at,82,A,72,P\n"
    )
    return tmp_path


@pytest.fixture
def tables_dir(tmp_path: Path) -> Path:
    """Write two genes and seven samples by hand; sample s has 10 s and 10 s + 1."""
    (tmp_path / "expression.csv").write_text(
        "gene,description,S7,S6,S5,S4,S3,S2,S1\n"
        "X95735_at,Zyxin,70,60,50,40,30,20,10\n"
        "U05259_at,MB-1,71,61,51,41,31,21,11\n"
    )
    (tmp_path / "samples.csv").write_text(
        "sample,class,split\nS1,ALL,train\nS2,ALL,train\nS3,ALL,train\n"
        "S4,AML,train\nS5,AML,train\nS6,AML,train\nS7,AML,test\n"
    )
    return tmp_path


@pytest.fixture
def edit() -> Callable[[Path, str, str], None]:
    """Give a function that replaces one text in a file, which must hold it."""

    def replace(path: Path, old: str, new: str) -> None:
        text = path.read_text()
        if text.count(old) != 1:
            raise AssertionError(f"{path.name} holds {old!r} {text.count(old)} times")
        path.write_text(text.replace(old, new))

    return replace


@pytest.fixture(scope="session")
def golub_config() -> Config:
    """Load the study file that is shipped."""
    return config.load(ROOT / "data" / "golub.toml")


@pytest.fixture(scope="session")
def golub_dir() -> Path:
    """Find the full data of Golub et al. beside the repository."""
    folder = ROOT.parent / "shared" / "data" / "golub"
    if not folder.is_dir():
        pytest.skip("the full data are not beside the repository (../shared/data/golub)")
    return folder


@pytest.fixture(scope="session")
def compute() -> Callable[[Config, Path], Results]:
    """Give a function that runs the whole pipeline on a folder."""
    return _compute


def _compute(study: Config, folder: Path) -> Results:
    """Run the whole pipeline."""
    located = sources.find(study, data_dir=folder)
    return run.run(study, located, date="1999-10-15", progress=_silent)


def _silent(step: str, n_done: int, n: int) -> None:
    """Say nothing of how far a step is."""


def _config(name: str, data_format: str, files: dict[str, str]) -> Config:
    """Make a toy configuration."""
    return Config.model_validate(
        {
            "study": {"name": name, "title": f"The {name} study", "question": "Which class?"},
            "classes": {"ALL": "acute lymphoblastic leukaemia"}
            if data_format == "kaggle"
            else {"B-cell": "B-cell lineage"},
            "data": {
                "format": data_format,
                "description": "Made by a generator of random numbers.",
                "unit": "average difference",
                "files": {role: {"name": file} for role, file in files.items()},
            },
            "evaluate": {
                "n_folds": 4,
                "n_repeats": 2,
                "n_inner_folds": 3,
                "penalty_grid": [0.01, 1.0],
                "component_grid": [2, 5],
                "gene_grid": [5, 10],
                "voting_grid": [10],
                "neighbour_grid": [1, 3],
                "n_thresholds": 5,
                "n_trees": 10,
                "n_permutations": 20,
                "n_permutations_slow": 10,
                "n_learning_repeats": 4,
                "n_leaky_permutations": 3,
                "n_leaky_genes": 10,
                "variants": ["arrays"],
            },
            "ranking": {"n_per_class": 4},
        }
    )


def _toy(
    classes: Sequence[str],
) -> tuple[np.ndarray, list[str], list[str], list[str]]:
    """Draw the toy study: values, labels, sample names and split."""
    rng = np.random.default_rng(1999)
    n_samples = N_TRAIN + N_TEST
    y = np.arange(n_samples) % len(classes)
    log10 = rng.uniform(2.4, 3.4, N_GENES) + rng.normal(0, 0.3, (n_samples, N_GENES))
    for k in range(len(classes)):
        log10[np.ix_(y == k, range(5 * k, 5 * k + 5))] += 0.35
    X = 10**log10
    X[:, -N_FLAT:] = rng.uniform(-50, 90, (n_samples, N_FLAT))
    ids = [f"P{i + 1}" for i in range(n_samples)]
    partition = ["train"] * N_TRAIN + ["test"] * N_TEST
    return X.round(), [classes[k] for k in y], ids, partition


def _genes() -> list[tuple[str, str]]:
    """Name the genes; some descriptions need quoting in CSV and escaping in HTML."""
    texts = ["Zyxin", 'Protein "p53", 3\' end', "β-globin <fragment> & more", ""]
    return [(f"G{g:02d}_at", texts[g % len(texts)]) for g in range(N_GENES)]


def _call(value: float) -> str:
    """Call a value present, marginal or absent."""
    return "P" if value > 200 else "M" if value > 100 else "A"


def _write_csv(path: Path, header: Sequence[str], rows: object) -> None:
    """Write a header and rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
