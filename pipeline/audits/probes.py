"""The genes by their names and calls: constant, absent, controls, damaged by a spreadsheet."""

import re

import numpy as np
from numpy.typing import NDArray

from pipeline.audits.statements import Given, say, some, unless
from pipeline.dataset import Dataset
from pipeline.records.audit import MAX_LISTED, Probes

CONTROLS = ("AFFX", "ERCC-", "(+)E1A", "(-)3xSLv1", "DarkCorner", "GE_BrightCorner")
"""How the controls of Affymetrix arrays, RNA spike-ins and Agilent arrays begin."""

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


def controls(dataset: Dataset) -> Probes:
    """Look for control probes, which no gene of the sample hybridises to.

    Parameters
    ----------
    dataset : Dataset
        The data.

    Returns
    -------
    Probes
        Their number and names.
    """
    return _probes(
        "controls",
        "Control probes",
        dataset,
        tuple(gene for gene in dataset.gene_ids if gene.startswith(CONTROLS)),
        "{n} of {n_genes} genes are control probes by their names",
    )


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
) -> Probes:
    """Record genes of one kind."""
    values: dict[str, Given] = {
        "n": (len(names), "count", f"{key}.n"),
        "n_genes": (len(dataset.gene_ids), "count", f"{key}.n_genes"),
    }
    if names:
        values["names"] = (some(names, most=3), "text", None)
    return Probes(
        key=key,
        subject=subject,
        is_raised=bool(names),
        statement=unless(
            not_run, say(f"{template}: {{names}}." if names else f"{template}.", **values)
        ),
        not_run=not_run,
        n=len(names),
        n_genes=len(dataset.gene_ids),
        names=names[:MAX_LISTED],
    )
