"""Step 4: the compiled loops over genes of `paths_genes`.

Each passes once over the genes of a row, where NumPy would pass once for each operation.
"""

import numpy as np

from pipeline.compiled import Cube, Integers, Matrix, Vector, compiled, inner

SMALLEST_WIDTH = 1e-300
"""A range below it cannot be divided into cells: its values are as good as equal."""


MAX_INSERTED = 32
"""Genes that are sorted one by one; more are merged."""


@compiled
def find_places(
    values: Matrix,
    places: Integers,
    cell: Integers,
    n_before: Integers,
    inside: Vector,
    found: Matrix,
) -> None:
    """Find the values that would stand at some places of each row, were it sorted.

    Values are counted in cells of equal width; those that share a cell with a value that is
    looked for are sorted.

    Parameters
    ----------
    values : ndarray of float, shape (n_rows, n_values)
        Finite values.
    places : ndarray of int, shape (n_places,)
        Places from 0, below n_values.
    cell : ndarray of int, shape (n_values,)
        Memory.
    n_before : ndarray of int, shape (n_cells + 1,)
        Memory.
    inside : ndarray of float, shape (n_values,)
        Memory.
    found : ndarray of float, shape (n_rows, n_places)
        To be filled.
    """
    n_values, n_cells = values.shape[1], len(n_before) - 1
    for row in range(len(values)):
        least = most = values[row, 0]
        for i in range(n_values):
            if values[row, i] > most:
                most = values[row, i]
            if values[row, i] < least:
                least = values[row, i]
        width = most - least
        scale = (n_cells - 1) / width if width > SMALLEST_WIDTH else 0.0
        for c in range(n_cells + 1):
            n_before[c] = 0
        for i in range(n_values):
            cell[i] = int((values[row, i] - least) * scale)
            n_before[cell[i] + 1] += 1
        for c in range(n_cells):
            n_before[c + 1] += n_before[c]
        last = -1
        for p in range(len(places)):
            low, high = 0, n_cells  # the cell with n_before[low] <= place < n_before[low + 1]
            while high - low > 1:
                middle = (low + high) // 2
                if n_before[middle] <= places[p]:
                    low = middle
                else:
                    high = middle
            n = n_before[low + 1] - n_before[low]
            if low != last:
                k = 0
                for i in range(n_values):
                    if cell[i] == low:
                        inside[k] = values[row, i]
                        k += 1
                inside[:n].sort()
                last = low
            found[row, p] = inside[places[p] - n_before[low]]


@compiled
def find_best(
    values: Matrix,
    sign: float,
    least: float,
    counts: Integers,
    cell: Integers,
    n_above: Integers,
    order: Integers,
    entry: Integers,
) -> None:
    """Say from which number of best genes on each gene is among them.

    Genes are put into cells of falling value, from the best cell to the one that holds the
    last gene asked for. A cell in which a number ends is sorted; of equal ones the first
    stays the first.

    Parameters
    ----------
    values : ndarray of float, shape (n_rows, n_genes)
        What the genes are ranked by, after multiplication with `sign`.
    sign : float
        1, or -1 to begin with the smallest.
    least : float
        A gene that is not above it enters never.
    counts : ndarray of int, shape (n_counts,)
        Numbers of best genes, increasing.
    cell : ndarray of int, shape (n_genes,)
        Memory.
    n_above : ndarray of int, shape (n_cells + 1,)
        Memory.
    order : ndarray of int, shape (n_genes,)
        Memory.
    entry : ndarray of int, shape (n_rows, n_genes)
        Positions in `counts` are written for genes that enter; the others are left.
    """
    n_genes, n_cells = values.shape[1], len(n_above) - 1
    for row in range(len(values)):
        lowest = highest = sign * values[row, 0]
        for i in range(n_genes):
            value = sign * values[row, i]
            if value > highest:
                highest = value
            if value < lowest:
                lowest = value
        lowest = max(lowest, least)
        width = highest - lowest
        scale = (n_cells - 1) / width if width > SMALLEST_WIDTH else 0.0
        for c in range(n_cells + 1):
            n_above[c] = 0
        for i in range(n_genes):
            value = sign * values[row, i]
            cell[i] = int((highest - value) * scale) if value > least else n_cells
            if cell[i] < n_cells:
                n_above[cell[i] + 1] += 1
        last = 0
        while last < n_cells and n_above[last] < counts[-1]:
            n_above[last + 1] += n_above[last]
            last += 1
        n = n_above[last]  # all genes of the first `last` cells
        for i in range(n_genes):
            if cell[i] < last:
                order[n_above[cell[i]]] = i
                n_above[cell[i]] += 1
        start, at = 0, 0
        for c in range(last):
            while counts[at] <= start:
                at += 1
            if counts[at] < n_above[c]:  # else it does not matter who comes first
                _sort(values, row, sign, order, start, n_above[c])
            start = n_above[c]
        at = 0
        for place in range(min(n, counts[-1])):
            while place >= counts[at]:
                at += 1
            entry[row, order[place]] = at


@inner
def _sort(values: Matrix, row: int, sign: float, order: Integers, start: int, stop: int) -> None:
    """Sort genes by falling value; of equal ones the first stays the first."""
    if stop - start > MAX_INSERTED:
        falling = np.empty(stop - start)
        for i in range(start, stop):
            falling[i - start] = -sign * values[row, order[i]]
        order[start:stop] = order[start:stop][falling.argsort(kind="mergesort")]
        return
    for i in range(start + 1, stop):
        gene = order[i]
        value, j = sign * values[row, gene], i
        while j > start and sign * values[row, order[j - 1]] < value:
            order[j] = order[j - 1]
            j -= 1
        order[j] = gene


@compiled
def find_limits(values: Matrix, limits: Matrix, ties_enter: bool, entry: Integers) -> None:
    """Say from which of falling limits on each value lies beyond the limit.

    Parameters
    ----------
    values : ndarray of float, shape (n_rows, n_values)
        Values.
    limits : ndarray of float, shape (n_rows, n_grid)
        Limits, falling.
    ties_enter : bool
        Whether a value that is at the limit is beyond it.
    entry : ndarray of int, shape (n_rows, n_values)
        To be filled with positions, n_grid where a value is beyond none.
    """
    n_grid = limits.shape[1]
    for row in range(len(values)):
        first, width = limits[row, 0], limits[row, 0] - limits[row, n_grid - 1]
        scale = (n_grid - 1) / width if width > SMALLEST_WIDTH else 0.0
        for i in range(values.shape[1]):
            value = values[row, i]
            # A guess, right for limits at equal distances, and steps from there.
            at = int(min(max((first - value) * scale, 0.0), n_grid - 1.0))
            while at > 0 and _beyond(value, limits[row, at - 1], ties_enter):
                at -= 1
            while at < n_grid and not _beyond(value, limits[row, at], ties_enter):
                at += 1
            entry[row, i] = at


@inner
def _beyond(value: float, limit: float, ties_enter: bool) -> bool:
    """Whether a value has passed a limit."""
    return value > limit or (ties_enter and value == limit)


@compiled
def add_entering(weights: Matrix, entry: Integers, values: Matrix, sums: Cube) -> None:
    """Add weighted values of each gene where it enters.

    Parameters
    ----------
    weights : ndarray of float, shape (n_rows, n_genes)
        Weights of the genes.
    entry : ndarray of int, shape (n_rows, n_genes)
        Point of the grid at which each gene enters; n_grid for never.
    values : ndarray of float, shape (n_genes, n_samples)
        Values of the genes.
    sums : ndarray of float, shape (n_rows, n_grid, n_samples)
        Zeros, to be added to.
    """
    n_grid = sums.shape[1]
    entering = np.empty(weights.shape[1], dtype=np.int64)
    for row in range(len(weights)):
        n = 0
        for gene in range(weights.shape[1]):
            # Without a branch, which nobody could foretell.
            entering[n] = gene
            n += entry[row, gene] < n_grid
        for gene in entering[:n]:
            weight, added, total = weights[row, gene], values[gene], sums[row, entry[row, gene]]
            for i in range(len(total)):
                total[i] += weight * added[i]


@compiled
def add_totals(weights: Matrix, entry: Integers, sums: Matrix) -> None:
    """Add the weight of each gene where it enters.

    Parameters
    ----------
    weights : ndarray of float, shape (n_rows, n_genes)
        Weights of the genes.
    entry : ndarray of int, shape (n_rows, n_genes)
        Point of the grid at which each gene enters; n_grid for never.
    sums : ndarray of float, shape (n_rows, n_grid + 1)
        Zeros, to be added to.
    """
    for row in range(len(weights)):
        for gene in range(weights.shape[1]):
            sums[row, entry[row, gene]] += weights[row, gene]


@compiled
def raise_highest(
    sums: Matrix,
    Z: Matrix,
    members: Integers,
    slope: float,
    smallest: Vector,
    thresholds: Vector,
    highest: Vector,
    n_reached: Integers,
) -> None:
    """Raise each labelling's highest value, gene after gene, and count where it is reached.

    A value is S^2 / (1 + slope Q), with Q a sum over the members of a class. Most values
    are below the highest whatever Q is, and then Q is not computed.

    Parameters
    ----------
    sums : ndarray of float, shape (n_genes, n_labellings)
        The sums S.
    Z : ndarray of float, shape (n_genes, n_samples)
        Values whose squares sum to Q.
    members : ndarray of int, shape (n_labellings, n_members)
        Samples of the class.
    slope : float
        The factor of Q.
    smallest : ndarray of float, shape (n_genes,)
        What 1 + slope Q is at least, whatever the labelling.
    thresholds : ndarray of float, shape (n_genes,)
        What is to be reached.
    highest : ndarray of float, shape (n_labellings,)
        Highest values of the genes before, to be raised.
    n_reached : ndarray of int, shape (n_genes,)
        To be filled with the number of labellings whose highest value reaches the threshold.
    """
    for gene in range(len(sums)):
        least = smallest[gene]
        for t in range(len(highest)):
            square = sums[gene, t] * sums[gene, t]
            if square > least * highest[t]:
                q = 0.0
                for i in members[t]:
                    q += Z[gene, i] * Z[gene, i]
                highest[t] = max(highest[t], square / (1 + slope * q))
        n = 0
        for t in range(len(highest)):
            n += highest[t] >= thresholds[gene]
        n_reached[gene] = n
