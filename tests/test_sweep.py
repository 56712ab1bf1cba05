"""The whole command on values of any size, on the smallest studies, and at the least settings.

Each case ends with a report or with one line, and no library warns on the terminal.
"""

import io
import json
import sys
import warnings
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import annotated_types
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.config import (
    AuditSection,
    EmbeddingSection,
    EvaluateSection,
    RankingSection,
    Section,
)
from report import __main__ as entry

SECTIONS: dict[str, type[Section]] = {
    "audit": AuditSection,
    "embedding": EmbeddingSection,
    "evaluate": EvaluateSection,
    "ranking": RankingSection,
}
ABOVE = 1e-9
"""Added to a limit that must be exceeded."""

GRIDS: dict[str, object] = {
    "penalty_grid": [ABOVE],
    "component_grid": [1],
    "gene_grid": [1],
    "voting_grid": [2],
    "neighbour_grid": [1],
}
QUICK = {
    "evaluate": {
        "n_permutations": 3,
        "n_permutations_slow": 1,
        "n_learning_repeats": 1,
        "n_leaky_permutations": 1,
        "n_repeats": 1,
        "n_trees": 3,
    },
    "ranking": {"n_permutations": 20, "n_bootstraps": 2},
}
"""Settings with which a case takes seconds."""


def least() -> dict[str, dict[str, Any]]:
    """Give every setting that has a least value that value."""
    tables: dict[str, dict[str, Any]] = {}
    for table, section in SECTIONS.items():
        for name, field in section.model_fields.items():
            whole = field.annotation is int
            for limit in field.metadata:
                if isinstance(limit, annotated_types.Ge):
                    tables.setdefault(table, {})[name] = limit.ge
                if isinstance(limit, annotated_types.Gt):
                    found: Any = limit.gt
                    tables.setdefault(table, {})[name] = found + (1 if whole else ABOVE)
    tables["evaluate"] |= GRIDS
    return tables


def write(
    folder: Path, X: NDArray[np.float64], recipe: str, settings: Mapping[str, Mapping[str, Any]]
) -> None:
    """Write a study of two classes in turn, with these values."""
    ids = [f"S{i}" for i in range(len(X))]
    rows = [f"G{j}," + ",".join(repr(float(v)) for v in column) for j, column in enumerate(X.T)]
    (folder / "expression.csv").write_text("\n".join([",".join(["gene", *ids]), *rows, ""]))
    classes = [f"{name},{'ab'[i % 2]}" for i, name in enumerate(ids)]
    (folder / "samples.csv").write_text("\n".join(["sample,class", *classes, ""]))
    lines = ["[study]", 'name = "sweep"', 'title = "A sweep"', "[data]", 'format = "tables"']
    lines += ['folders = ["."]', "[data.files]", 'expression = { name = "expression.csv" }']
    lines += ['samples = { name = "samples.csv" }', "[preprocess]", f'recipe = "{recipe}"']
    for table, values in settings.items():
        lines += [f"[{table}]"]
        lines += [
            f"{k} = {str(v).lower() if isinstance(v, bool) else v}" for k, v in values.items()
        ]
    (folder / "study.toml").write_text("\n".join([*lines, ""]))


def build(folder: Path) -> tuple[int, str]:
    """Run the command; give its exit status and what it wrote to standard error."""
    out, err = io.StringIO(), io.StringIO()
    arguments = ["build", "study.toml", "--quick", "--no-pdf", "--no-files", "--jobs", "1"]
    with (
        pytest.MonkeyPatch.context() as patch,
        warnings.catch_warnings(record=True) as told,
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        warnings.simplefilter("default")
        for quiet in (DeprecationWarning, PendingDeprecationWarning, ResourceWarning):
            warnings.simplefilter("ignore", quiet)
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["expression-report", *arguments])
        with pytest.raises(SystemExit) as left:
            entry.main()
    assert [] == [str(warning.message) for warning in told]
    return int(left.value.code or 0), err.getvalue()


def drawn(n_samples: int = 12, n_genes: int = 24) -> NDArray[np.float64]:
    """Draw positive values, three times as large in the second class for four genes."""
    X = np.exp(np.random.default_rng(0).normal(size=(n_samples, n_genes)))
    X[1::2, : n_genes // 6] *= 3
    return X


def standardised(X: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring each array to mean 0 and standard deviation 1."""
    centred = X - X.mean(axis=1, keepdims=True)
    return np.asarray(centred / centred.std(axis=1, keepdims=True))


CASES: dict[str, tuple[NDArray[np.float64], str, Mapping[str, Mapping[str, Any]]]] = {
    "intensities of 1e12": (drawn() * 1e12, "raw", QUICK),
    "values of 1e-14": (drawn() * 1e-14, "raw", QUICK),
    "two genes, three samples a class": (drawn(6, 2), "raw", QUICK),
    "standardised arrays, least settings": (standardised(drawn()), "logged", least()),
}


@pytest.mark.parametrize("case", CASES)
def test_a_report_is_made(tmp_path: Path, case: str) -> None:
    """The command ends well, and nothing is said but what it says itself."""
    X, recipe, settings = CASES[case]
    write(tmp_path, X, recipe, settings)

    status, said = build(tmp_path)

    assert 0 == status, said
    assert "Warning" not in said
    assert (tmp_path / "output" / "sweep" / "report.html").is_file()


def test_a_study_that_sources_alone_divide_is_reported(tmp_path: Path) -> None:
    """One class is one patient: only a source that leaves that patient alone can be held out."""
    classes = ["a", "b"] * 8 + ["c"] * 4
    X = np.random.default_rng(1).normal(size=(20, 40))
    columns = {"group_column": '"patient"', "source_column": '"site"'}
    write(tmp_path, X, "logged", {**QUICK, "evaluate": {**QUICK["evaluate"], **columns}})
    sites = ["north"] * 8 + ["south"] * 8 + ["east"] * 4
    patients = [f"P{i}" for i in range(16)] + ["lone"] * 4
    rows = [
        f"S{i},{','.join(row)}" for i, row in enumerate(zip(classes, patients, sites, strict=True))
    ]
    (tmp_path / "samples.csv").write_text("\n".join(["sample,class,patient,site", *rows, ""]))

    status, said = build(tmp_path)

    assert 0 == status, said
    found = json.loads((tmp_path / "output" / "sweep" / "results.json").read_text())
    ran = [p["key"] for p in found["protocols"] if p["unavailable"] is None]
    assert ["source"] == ran
    assert found["leaky_twin"] is None
    assert found["headline"]["template"].startswith("With {n_folds} sources held out in turn")


@pytest.mark.parametrize("factor", [1e-300, 1e-20, 1e20, 1e90, 1e150, 1e300])
@pytest.mark.parametrize("recipe", ["raw", "logged"])
def test_other_sizes_are_refused_in_one_line(tmp_path: Path, factor: float, recipe: str) -> None:
    """What a computer's numbers cannot square is refused, alone or among values near 1."""
    X = drawn()
    X[:, ::2] *= factor
    if factor < 1:
        X *= factor
    write(tmp_path, X, recipe, QUICK)

    status, said = build(tmp_path)

    errors = [line for line in said.splitlines() if line.startswith("expression-report: error")]
    assert 2 == status, said
    assert 1 == len(errors)
    assert "Traceback" not in said


def test_the_least_settings_are_those_of_the_program() -> None:
    """Every number of repeats, permutations and folds is among them."""
    actual = least()

    assert (0, 0, 2, 1) == (
        actual["evaluate"]["n_leaky_permutations"],
        actual["ranking"]["n_bootstraps"],
        actual["evaluate"]["n_folds"],
        actual["evaluate"]["n_repeats"],
    )
