"""The genes by their names and calls: constant, absent, controls, damaged by a spreadsheet."""

import re

import numpy as np
from numpy.typing import NDArray

from pipeline.audits.statements import Given, say, some, unless
from pipeline.config import Config
from pipeline.dataset import Dataset
from pipeline.errors import DataError
from pipeline.records.audit import MAX_LISTED, Controls, Probes
from pipeline.records.data import LedgerStep

CONTROLS = re.compile(
    r"AFFX[-_]"  # Affymetrix, all arrays: bacterial spike-ins, polyadenylated and housekeeping
    r"|ERCC-\d{5}(?!\d)"  # spike-ins ERCC-00002 to ERCC-00171; ERCC1 and ERCC-1 are genes
    r"|\(\+\)E1A|\(-\)3xSLv1|DarkCorner|GE_BrightCorner"  # Agilent
)
"""How the names of control probes begin, as the makers of the arrays document them."""

MIN_GENES = 2  # of one gene no model learns more than a threshold

_MONTH = "(?:Jan|Feb|Mar|Mär|Mrz|Apr|May|Mai|Jun|Jul|Aug|Sept?|Oct|Okt|Nov|Dec|Dez)"
DATES = re.compile(
    rf"\d{{1,2}}[-. /](?i:{_MONTH})\.?(?:[-. /]\d{{2,4}})?"  # 1-Dec, 02-Mar-2001
    rf"|{_MONTH}[-. /]\d{{2,4}}"  # Mar-01; small letters name genes of the worm: dec-11
    r"|\d{4}-\d{2}-\d{2}(?:[ T]00:00:00)?"  # 2001-03-01
    r"|\d{1,2}/\d{1,2}/\d{2,4}"  # 3/1/2001
    r"|\d\.\d+E\+\d{2,}"  # 2.31E+13, which was 2310009E13
)
"""What a spreadsheet makes of gene names such as DEC1, SEPT6, MARCH1 or 2310009E13."""


def constant(dataset: Dataset) -> Probes:
    """Look for genes that do not vary between the training samples.

    Parameters
    ----------
    dataset : Dataset
        The data.

    Returns
    -------
    Probes
        Their number and names.
    """
    found = np.ptp(dataset.X[dataset.train], axis=0) == 0
    names = _of(dataset.gene_ids, found)
    return _probes(
        "constant",
        "Genes that do not vary between the training samples",
        dataset,
        names,
        "{n} of {n_genes} genes have one value in all training samples",
    )


def absent(dataset: Dataset) -> Probes:
    """Look for genes that are called absent in every sample.

    Parameters
    ----------
    dataset : Dataset
        The data.

    Returns
    -------
    Probes
        Their number and names.
    """
    subject = "Genes called absent in every sample"
    if dataset.calls is None:
        return _probes("absent", subject, dataset, (), "", not_run="the data have no calls")
    names = _of(dataset.gene_ids, (dataset.calls == "A").all(axis=0))
    template = "{n} of {n_genes} genes are called absent in every sample"
    return _probes("absent", subject, dataset, names, template)


def is_control(dataset: Dataset) -> NDArray[np.bool_]:
    """Tell control probes by their names: no gene of the sample hybridises to them.

    Parameters
    ----------
    dataset : Dataset
        The data.

    Returns
    -------
    ndarray of bool, shape (n_genes,)
        True for a control probe.
    """
    return np.array([CONTROLS.match(gene) is not None for gene in dataset.gene_ids], dtype=bool)


def controls(dataset: Dataset, config: Config) -> Controls:
    """Look for control probes.

    Parameters
    ----------
    dataset : Dataset
        The data.
    config : Config
        Whether models and ranking see them.

    Returns
    -------
    Controls
        Their number and names; raised where the study keeps them.
    """
    kept, names = config.preprocess.keep_controls, _of(dataset.gene_ids, is_control(dataset))
    found = _probes(
        "controls",
        "Control probes",
        dataset,
        names,
        "{n} of {n_genes} genes are control probes by their names",
        outcome=("Models and ranking see them, by the study's setting." if kept else LEFT_OUT),
    )
    return Controls(**{**dict(found), "is_raised": bool(names) and kept, "kept": kept})


LEFT_OUT = "They are described here, and left out of models and ranking."


def without_controls(dataset: Dataset, config: Config) -> Dataset:
    """Leave the control probes out, unless the study keeps them.

    Parameters
    ----------
    dataset : Dataset
        The data.
    config : Config
        Whether they are kept.

    Returns
    -------
    Dataset
        What models and ranking see; the data themselves where there is no control.

    Raises
    ------
    DataError
        If fewer than two genes are left.
    """
    columns = np.flatnonzero(is_control(dataset))
    if config.preprocess.keep_controls or not columns.size:
        return dataset
    n_samples, n_genes = dataset.X.shape
    n_left = n_genes - len(columns)
    if n_left < MIN_GENES:
        raise DataError(
            f"expected at least {MIN_GENES} genes beside control probes, found {n_left} and "
            f"{len(columns)} controls such as {dataset.gene_ids[columns[0]]!r}; "
            "preprocess.keep_controls = true keeps these"
        )
    step = LedgerStep(
        step="Control probes left out",
        detail=f"by their names: {some(_of(dataset.gene_ids, is_control(dataset)), most=3)}; "
        "preprocess.keep_controls would keep them",
        n_samples_in=n_samples,
        n_genes_in=n_genes,
        n_samples_out=n_samples,
        n_genes_out=n_left,
        unit=dataset.unit,
    )
    return dataset.without_genes(columns, step)


def dates(dataset: Dataset) -> Probes:
    """Look for names that a spreadsheet has turned into dates or numbers.

    Parameters
    ----------
    dataset : Dataset
        The data.

    Returns
    -------
    Probes
        Their number and names; a description that reads like a date stands after its gene.

    References
    ----------
    .. [1] Ziemann, Eren, El-Osta (2016). Gene name errors are widespread in the scientific
       literature. Genome Biology 17, 177.
    """
    names = []
    for gene, text in zip(dataset.gene_ids, dataset.gene_descriptions, strict=True):
        if DATES.fullmatch(gene):
            names.append(gene)
        elif DATES.fullmatch(text):
            names.append(f"{gene} ({text})")
    return _probes(
        "dates",
        "Gene names that read like dates",
        dataset,
        tuple(names),
        "{n} of {n_genes} genes have names as a spreadsheet makes them of DEC1 or MARCH1",
    )


def _of(names: tuple[str, ...], chosen: NDArray[np.bool_]) -> tuple[str, ...]:
    """The names that are chosen."""
    return tuple(name for name, is_chosen in zip(names, chosen, strict=True) if is_chosen)


def _probes(
    key: str,
    subject: str,
    dataset: Dataset,
    names: tuple[str, ...],
    template: str,
    *,
    not_run: str | None = None,
    outcome: str = "",
) -> Probes:
    """Record genes of one kind; `outcome` says what becomes of them, where there are any."""
    values: dict[str, Given] = {
        "n": (len(names), "count", f"{key}.n"),
        "n_genes": (len(dataset.gene_ids), "count", f"{key}.n_genes"),
    }
    if names:
        values["names"] = (some(names, most=3), "text", None)
    sentence = f"{template}: {{names}}. {outcome}".strip() if names else f"{template}."
    return Probes(
        key=key,
        subject=subject,
        is_raised=bool(names),
        statement=unless(not_run, say(sentence, **values)),
        not_run=not_run,
        n=len(names),
        n_genes=len(dataset.gene_ids),
        names=names[:MAX_LISTED],
    )
