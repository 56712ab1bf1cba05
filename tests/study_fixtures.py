"""Studies, plans and predictions made to measure, for tests of the evaluation.

Everything here is a plain function, so that each test says what it starts from.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from pipeline.claims_figures import bounds
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.nested import Held
from pipeline.paths import predictions
from pipeline.protocols import Fold, Plan, make_plans
from pipeline.records.base import Statement
from pipeline.records.claims import StatedFigure
from pipeline.records.data import LabelJoin
from pipeline.records.models import Design, Protocol


def silent(step: str, n_done: int, n: int) -> None:
    """Say nothing."""


def changed(config: Config, **settings: Any) -> Config:
    """Change settings of the evaluation."""
    return config.model_copy(update={"evaluate": config.evaluate.model_copy(update=settings)})


def with_recipe(config: Config, recipe: str) -> Config:
    """Change the preprocessing."""
    preprocess = config.preprocess.model_copy(update={"recipe": recipe})
    return config.model_copy(update={"preprocess": preprocess})


def plan(dataset: Dataset, config: Config, key: str) -> Plan:
    """Lay out one protocol."""
    return next(p for p in make_plans(dataset, config) if p.protocol.key == key)


def labelled(y: Sequence[str], *, n_genes: int = 40, seed: int = 0, n_test: int = 0) -> Dataset:
    """Draw noise for these labels; the last samples are the independent ones."""
    n_samples = len(y)
    return Dataset(
        X=np.random.default_rng(seed).normal(size=(n_samples, n_genes)),
        y=np.array(y),
        partition=np.array(["train"] * (n_samples - n_test) + ["test"] * n_test),
        sample_ids=tuple(f"S{i}" for i in range(n_samples)),
        gene_ids=tuple(f"g{i}" for i in range(n_genes)),
        gene_descriptions=("",) * n_genes,
        calls=None,
        covariates=pd.DataFrame(index=range(n_samples)),
        unit="units",
        join=LabelJoin(
            method="name",
            n_matched=n_samples,
            order_differs=False,
            n_wrong_by_position=0,
            first_pairs=(),
        ),
        ledger=(),
    )


def noise(n_samples: int, n_genes: int, *, seed: int) -> Dataset:
    """Draw a data set of two classes without any difference between them."""
    halves = np.random.default_rng(seed).permutation(np.arange(n_samples) % 2)
    return labelled(np.array(["a", "b"])[halves].tolist(), n_genes=n_genes, seed=seed)


def with_columns(dataset: Dataset, **columns: Sequence[str]) -> Dataset:
    """Say more of the samples."""
    return replace(dataset, covariates=pd.DataFrame(columns))


def every_fold(dataset: Dataset, config: Config) -> list[Fold]:
    """Give the folds of all protocols."""
    return [fold for p in make_plans(dataset, config) for fold in p.folds]


def hand_made(
    tests: Sequence[Sequence[int]], *, design: Design = "split", key: str = "given", n: int = 0
) -> Plan:
    """Make a plan that holds out these rows, of n samples or as many as are held out.

    With the design "repeated" the folds are dealt to repeats: a row that comes again starts one.
    """
    n_samples = n or 1 + max(max(test) for test in tests)
    folds: list[Fold] = []
    seen: set[int] = set()
    repeat = 0
    for test in tests:
        if seen & set(test):
            repeat, seen = repeat + 1, set()
        seen |= set(test)
        train = np.setdiff1d(np.arange(n_samples), test)
        folds.append(Fold(repeat, train, np.array(test, dtype=np.intp)))
    held_out = sorted({row for test in tests for row in test})
    protocol = Protocol(
        key=key,
        label=key,
        description=Statement(template="by hand."),
        design=design,
        n_train=min(len(fold.train) for fold in folds),
        n_test=max(len(fold.test) for fold in folds),
        n_folds=len(folds) // (repeat + 1),
        n_repeats=repeat + 1,
        n_inner_folds=0,
        sample_ids=tuple(f"S{row}" for row in held_out),
        unavailable=None,
    )
    return Plan(protocol, tuple(folds))


def said(*folds: Any, settings: Sequence[float] = (), converged: bool = True) -> list[Held]:
    """Make what a model said: for each fold scores of (n_test,) or (n_test, n_classes)."""
    held = []
    for number, fold in enumerate(folds):
        scores = np.array(fold, dtype=np.float64).reshape(len(fold), -1)
        setting = settings[number] if settings else 1.0
        held.append(
            Held(
                y_pred=predictions(scores)[None],
                scores=scores[None],
                setting=np.array([setting]),
                converged=np.array([converged]),
            )
        )
    return held


def printed(measure: str, label: str | None, text: str) -> StatedFigure:
    """State a figure."""
    low, high = bounds(text)
    return StatedFigure.model_validate(
        {
            "key": measure if label is None else f"{measure}-{label}",
            "measure": measure,
            "label": label,
            "text": text,
            "low": float(low),
            "high": float(high),
            "interval": None,
        }
    )
