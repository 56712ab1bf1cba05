"""Step 4: the compiled loop over genes of `gram`: weighted products of samples.

BLAS would be handed each fold's weighted values, and halves a square product at half its
speed. Here a weight is drawn in where it is used, in tiles of four samples by four, each of
sixteen sums over genes that stay in registers, and no tile below the diagonal is formed::

    four weighted samples   (4, genes)   @   (genes, 4)   four others   =   tile of 16 sums
"""

import numpy as np

from pipeline.compiled import Cube, Integers, Matrix, Vector, compiled, in_lanes

TILE = 4
"""Samples of a tile's side."""

GENES_AT_ONCE = 480
"""Genes whose values stay in a core's cache, for about a hundred samples; no power of two,
or else rows would fall into the same lines of the cache."""


@compiled
def add_products(X: Matrix, genes: Integers, weights: Matrix, grams: Cube) -> None:
    """Add products of all samples, with each gene multiplied by a weight.

    Parameters
    ----------
    X : ndarray of float, shape (n_samples, n_genes)
        Values.
    genes : ndarray of int, shape (n_used,)
        Genes that are used.
    weights : ndarray of float, shape (n_grams, n_genes)
        Factors of the values: products have their squares.
    grams : ndarray of float, shape (n_grams, n_rows, n_rows)
        Zeros, to be filled. There are rows for all samples, and some more to make their
        number a multiple of `TILE`.
    """
    n_samples, n_rows = len(X), grams.shape[1]
    memory = np.empty((n_rows + TILE + 1) * GENES_AT_ONCE)
    for start in range(0, len(genes), GENES_AT_ONCE):
        chosen = genes[start : start + GENES_AT_ONCE]
        k = len(chosen)
        rows = memory[: (n_rows + TILE + 1) * k].reshape(-1, k)
        part, weighted, factors = rows[:n_rows], rows[n_rows : n_rows + TILE], rows[-1]
        part[n_samples:] = 0.0
        for i in range(n_samples):
            for gene in range(k):
                part[i, gene] = X[i, chosen[gene]]
        for q in range(len(grams)):
            for gene in range(k):
                factors[gene] = weights[q, chosen[gene]] ** 2
            for i in range(0, n_rows, TILE):
                for r in range(TILE):
                    for gene in range(k):
                        weighted[r, gene] = part[i + r, gene] * factors[gene]
                for j in range(i, n_rows, TILE):
                    _add_tile(
                        weighted[0],
                        weighted[1],
                        weighted[2],
                        weighted[3],
                        part[j],
                        part[j + 1],
                        part[j + 2],
                        part[j + 3],
                        grams[q, i : i + TILE, j : j + TILE],
                    )
    for K in grams:
        for i in range(n_rows):
            for j in range(i):
                K[i, j] = K[j, i]


@in_lanes
def _add_tile(
    a0: Vector,
    a1: Vector,
    a2: Vector,
    a3: Vector,
    b0: Vector,
    b1: Vector,
    b2: Vector,
    b3: Vector,
    tile: Matrix,
) -> None:
    """Add the products of four rows with four others, from the same number of genes."""
    s00 = s01 = s02 = s03 = s10 = s11 = s12 = s13 = 0.0
    s20 = s21 = s22 = s23 = s30 = s31 = s32 = s33 = 0.0
    for gene in range(len(a0)):
        x0, x1, x2, x3 = a0[gene], a1[gene], a2[gene], a3[gene]
        y0, y1, y2, y3 = b0[gene], b1[gene], b2[gene], b3[gene]
        s00, s01, s02, s03 = s00 + x0 * y0, s01 + x0 * y1, s02 + x0 * y2, s03 + x0 * y3
        s10, s11, s12, s13 = s10 + x1 * y0, s11 + x1 * y1, s12 + x1 * y2, s13 + x1 * y3
        s20, s21, s22, s23 = s20 + x2 * y0, s21 + x2 * y1, s22 + x2 * y2, s23 + x2 * y3
        s30, s31, s32, s33 = s30 + x3 * y0, s31 + x3 * y1, s32 + x3 * y2, s33 + x3 * y3
    sums = (s00, s01, s02, s03), (s10, s11, s12, s13), (s20, s21, s22, s23), (s30, s31, s32, s33)
    for r in range(TILE):
        for c in range(TILE):
            tile[r, c] += sums[r][c]
