"""Folds that keep groups together and leave every class to train on.

A class whose groups all stand in one fold is missing from that fold's training part: a model
fitted there has never seen it, and its answer for the held-out samples is wrong by
construction. Such a division is never used. Where every class has at least two groups, leaving
out one group at a time is always possible; with fewer folds it depends on how the classes share
groups.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Blocks = NDArray[np.intp]
"""The number of the fold that holds out each sample, shape (n_samples,)."""

TRIES = 30
"""Random orders of the groups that are tried before a division counts as not found.

With two groups a class, the hardest case, a random division into two folds splits both groups
of a class with probability a half at least: of thirty tries for few classes one succeeds.
"""

JITTER = 0.5
"""Share by which sizes vary when groups are ordered: large ones come first, not always alike."""


def divisions(
    y: NDArray[np.str_], groups: NDArray[np.str_], n_folds: int, *, seed: int, n_wanted: int = 1
) -> list[Blocks]:
    """Divide groups into folds whose training parts hold every class.

    Parameters
    ----------
    y : ndarray of str, shape (n_samples,)
        Labels, to stratify by.
    groups : ndarray of str, shape (n_samples,)
        Groups, which stay together.
    n_folds : int
        Number of folds, at least 2.
    seed : int
        Seed of the order in which groups are dealt out.
    n_wanted : int, default=1
        How many different divisions are wanted.

    Returns
    -------
    list of ndarray of int, shape (n_samples,)
        At most `n_wanted` divisions, no two alike; fewer where no more were found, and none where
        no division into so many folds was found.
    """
    _, codes = np.unique(y, return_inverse=True)
    names, members = np.unique(groups, return_inverse=True)
    counts = np.zeros((len(names), codes.max() + 1), dtype=np.intp)
    np.add.at(counts, (members, codes), 1)
    if n_folds > len(names):
        return []
    found: dict[tuple[int, ...], Blocks] = {}
    for dealt in _dealt(counts, n_folds, np.random.default_rng(seed), TRIES * n_wanted):
        if _trains_on_all(counts, dealt, n_folds):
            found.setdefault(_canonical(dealt), dealt)
        if len(found) == n_wanted:
            break
    return [dealt[members] for dealt in found.values()]


def most_folds(y: NDArray[np.str_], groups: NDArray[np.str_]) -> int:
    """Give the largest number of folds that groups allow; 0 where some class has one group.

    Parameters
    ----------
    y : ndarray of str, shape (n_samples,)
        Labels.
    groups : ndarray of str, shape (n_samples,)
        Groups, which stay together.

    Returns
    -------
    int
        The number of groups, as each can be left out alone, or 0.
    """
    fewest = min(len(np.unique(groups[y == label])) for label in np.unique(y))
    return len(np.unique(groups)) if fewest > 1 else 0


def _dealt(
    counts: NDArray[np.intp], n_folds: int, rng: np.random.Generator, n_tries: int
) -> Iterator[Blocks]:
    """Deal groups out, large ones first, each to where classes are then spread most evenly."""
    sizes = counts.sum(axis=1)
    shares = counts / counts.sum(axis=0)
    for _ in range(n_tries):
        order = np.argsort(-sizes * rng.uniform(1 - JITTER, 1 + JITTER, len(sizes)), kind="stable")
        held = np.zeros((n_folds, counts.shape[1]))
        dealt = np.zeros(len(counts), dtype=np.intp)
        for rank, group in enumerate(order):
            empty = np.flatnonzero(held.sum(axis=1) == 0)
            # The last groups go to folds that would stay empty.
            free = empty if len(order) - rank <= len(empty) else np.arange(n_folds)
            after = ((held[free] + shares[group]) ** 2 - held[free] ** 2).sum(axis=1)
            fold = free[np.flatnonzero(after <= after.min() + 1e-12)]
            dealt[group] = rng.choice(fold)
            held[dealt[group]] += shares[group]
        yield dealt


def _trains_on_all(counts: NDArray[np.intp], dealt: Blocks, n_folds: int) -> bool:
    """Whether every fold holds out something, and leaves each class to train on."""
    held = np.zeros((n_folds, counts.shape[1]), dtype=np.intp)
    np.add.at(held, dealt, counts)
    return bool((held.sum(axis=1) > 0).all() and (held < counts.sum(axis=0)).all())


def _canonical(dealt: Blocks) -> tuple[int, ...]:
    """The division whatever the numbers of its folds: in the order of their first groups."""
    first: dict[int, int] = {}
    return tuple(first.setdefault(fold, len(first)) for fold in dealt.tolist())
