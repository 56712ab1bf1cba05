"""Tables of published figures put to the test."""

from pipeline.records.claims import Claim, Distribution, Hypothesis, Measured, Run
from pipeline.records.models import Interval
from pipeline.results import Results
from report import formats
from report.tables.record import Table, columns


def tables(results: Results) -> list[Table | None]:
    """Build the tables of every claim.

    Parameters
    ----------
    results : Results
        The results object.

    Returns
    -------
    list of Table or None
        In the order of the page.
    """
    return [
        table
        for claim in results.claims
        for table in (
            compared(results, claim),
            implied(results, claim),
            defects(results, claim),
            variants(results, claim),
            spread(results, claim),
        )
    ]


def compared(results: Results, claim: Claim) -> Table:
    """Set what was reported beside what was reproduced and what is correct.

    Parameters
    ----------
    results : Results
        The results object.
    claim : Claim
        The claim.

    Returns
    -------
    Table
        For each model its counts and one row a figure, each with its interval.
    """
    found = claim.reproduction
    ran = {run.key: run for run in found}
    corrected = {run.key: run for run in claim.corrected.runs}
    rows = []
    for model in claim.models:
        once, right = ran.get(model.key), corrected[model.key]
        rows.append(
            (
                model.label,
                "samples right",
                _implied_counts(claim),
                "",
                *_counts(once),
                *_counts(right),
            )
        )
        for number, figure in enumerate(claim.figures):
            rows.append(
                (
                    model.label,
                    formats.figure_name(figure),
                    figure.text,
                    _interval(figure.interval),
                    *_measured(once.measured[number] if once else None),
                    *_measured(right.measured[number]),
                )
            )
    second = "Reproduced" if claim.is_reproduced else "Run again"
    return Table(
        key=f"claim-{claim.key}",
        caption="Reported, reproduced, corrected.",
        columns=columns(
            "Model",
            "Figure",
            "*Reported",
            "*95 % interval",
            f"*{second}",
            "*95 % interval",
            "*Corrected",
            "*95 % interval",
        ),
        rows=tuple(rows),
        note=f"Reported: as printed; its interval is what the implied counts leave. {second}: "
        f"{_second(claim)}. Corrected: labels joined by the name of the sample, "
        f"{formats.plain(claim.corrected.description)}, models at their optimum. "
        f"Intervals: {_methods(claim)}.",
        grouped=True,
    )


def implied(results: Results, claim: Claim) -> Table | None:
    """Show the counts that give the reported figures.

    Parameters
    ----------
    results : Results
        The results object.
    claim : Claim
        The claim.

    Returns
    -------
    Table or None
        One row for each set of counts; None where there is none.
    """
    arithmetic = claim.arithmetic
    if not arithmetic.fits:
        return None
    labels = [summary.label for summary in results.data.classes]
    n_more = arithmetic.n_fits - len(arithmetic.fits)
    return Table(
        key=f"implied-{claim.key}",
        caption="Counts that give every reported figure.",
        columns=columns(
            "Test samples",
            "*Right",
            *(f"*Right, {label}" for label in labels),
            "*Wrong",
            *(f"*Wrong, {label}" for label in labels),
            "*Ways to divide the wrong",
        ),
        rows=tuple(
            (
                formats.count(fit.n_test),
                formats.count(fit.n_correct),
                *map(formats.count, fit.n_right),
                formats.count(fit.n_errors),
                *map(_range, fit.fewest_wrong, fit.most_wrong),
                formats.count(fit.n_ways),
            )
            for fit in arithmetic.fits
        ),
        note=(
            "Only test sets of a size that the stated numbers allow. "
            if arithmetic.stated_sizes
            else ""
        )
        + (f"The first of {arithmetic.n_fits} sets of counts. " if n_more else "")
        + "Wrong of a class: its samples that were called something else.",
    )


def defects(results: Results, claim: Claim) -> Table:
    """Show which defects were tried, and what each gives.

    Parameters
    ----------
    results : Results
        The results object.
    claim : Claim
        The claim.

    Returns
    -------
    Table
        One row a hypothesis, of its best variant.
    """
    noun = results.study.sample_noun
    names = "; ".join(
        f"{hypothesis.label}: {hypothesis.best_trial.description}"
        for hypothesis in claim.hypotheses
        if hypothesis.best_trial and len(hypothesis.trials) > 1
    )
    first = formats.figure_name(claim.figures[0])
    return Table(
        key=f"defects-{claim.key}",
        caption="Defects that may explain the reported figures, each tried.",
        columns=columns(
            "Defect",
            "*Variants",
            f"*{results.study.sample_noun_plural.capitalize()}",
            f"*With the label of another {noun}",
            "*With the wrong class",
            *(f"*{first[:1].upper()}{first[1:]}, {model.label}" for model in claim.models),
            "Gives every figure",
            "*Seeds that do",
        ),
        rows=tuple(_defect(hypothesis, claim) for hypothesis in claim.hypotheses),
        note="Of several variants the one that gives most of the reported figures"
        f"{f' ({names})' if names else ''}.",
    )


def variants(results: Results, claim: Claim) -> Table:
    """Show every variant of every defect, and how often each gives the reported figures.

    Parameters
    ----------
    results : Results
        The results object.
    claim : Claim
        The claim.

    Returns
    -------
    Table
        One row a variant, after the right labels and labels at random.
    """
    nouns = results.study.sample_noun_plural
    exact = "yes" if claim.rerun.exact else "no"
    first = ("By name, as it should be", "", formats.count(claim.rerun.n_samples), "")
    rows = [(*first, exact, _share(claim.rerun.n_fitting, claim.n_seeds))]
    if claim.chance:
        chance = claim.chance
        at_random = ("Labels at random", "", formats.count(chance.n_samples), "", "")
        rows.append((*at_random, _share(chance.n_random, chance.n_seeds)))
    rows += [
        (
            hypothesis.label,
            trial.description,
            formats.count(trial.n_samples),
            formats.count(trial.n_wrong),
            ("yes" if trial.exact else "no") if not trial.not_run else trial.not_run,
            _share(trial.n_fitting, trial.n_seeds),
        )
        for hypothesis in claim.hypotheses
        for trial in hypothesis.trials
    ]
    return Table(
        key=f"variants-{claim.key}",
        supplement=True,
        caption="How often right labels, random ones and each variant give every figure.",
        columns=columns(
            "Labels",
            "Variant",
            f"*{nouns.capitalize()}",
            "*With the wrong class",
            "Every figure at the stated seed",
            "*Seeds that give every figure",
        ),
        rows=tuple(rows),
        note="A seed decides which samples are held out; where labels are drawn at random, also "
        "which. At the stated seed the stated number of samples counts as a figure.",
        grouped=True,
    )


def _share(n: int, n_seeds: int) -> str:
    """So many of so many seeds, and their share; nothing where no seed decides."""
    return f"{_of(n, n_seeds)} ({formats.percent(n / n_seeds)})" if n_seeds else ""


def spread(results: Results, claim: Claim) -> Table | None:
    """Show where the first reported figure lies among many seeds.

    Parameters
    ----------
    results : Results
        The results object.
    claim : Claim
        The claim.

    Returns
    -------
    Table or None
        One row a way of joining labels and model; None where nothing was repeated.
    """
    rows = [("By name, as it should be", one) for one in claim.rerun.distributions]
    rows += [(h.label, one) for h in claim.hypotheses for one in h.distributions]
    if not rows:
        return None
    nouns = {model.key: model.label for model in claim.models}
    name = formats.figure_name(claim.figures[0])
    return Table(
        key=f"spread-{claim.key}",
        supplement=True,
        caption=f"The {name} over seeds, against the reported {claim.figures[0].text}.",
        columns=columns(
            "Labels",
            "Model",
            "*Seeds",
            "*Lowest",
            "*Median",
            "*Highest",
            "*Below the reported",
            "*As reported",
            "*Above",
            "*Every figure as reported",
        ),
        rows=tuple((label, nouns[one.key], *_spread(one)) for label, one in rows),
        note="The seed decides which samples are held out. Below, as and above count the seeds by "
        "whether their value prints as the reported one.",
        grouped=True,
    )


def _second(claim: Claim) -> str:
    """What the middle of the comparison shows."""
    if claim.rerun.exact:
        return "the stated protocol, labels joined by the name of the sample"
    if claim.reproducing:
        return f"the stated protocol with this defect: {formats.inline(claim.reproducing.label)}"
    if claim.rerun.not_run:
        return f"not done, {claim.rerun.not_run}"
    return (
        "the stated protocol, labels joined by the name of the sample; no defect that was tried "
        "gives the reported figures"
    )


def _implied_counts(claim: Claim) -> str:
    """The counts that the reported figures leave; empty where there are several."""
    fit = claim.arithmetic.implied
    return _of(fit.n_correct, fit.n_test) if fit else ""


def _counts(run: Run | None) -> tuple[str, str]:
    """Right samples of a run, and no interval."""
    return ("", "") if run is None else (_of(run.n_correct, run.n_test), "")


def _measured(measured: Measured | None) -> tuple[str, str]:
    """A figure of a run, and its interval."""
    if measured is None:
        return "", ""
    return formats.decimal(measured.value), _interval(measured.interval)


def _interval(interval: Interval | None) -> str:
    """An interval, or nothing."""
    return formats.interval(interval) if interval else ""


def _methods(claim: Claim) -> str:
    """The methods of all intervals that are shown."""
    shown = [figure.interval for figure in claim.figures]
    runs = (*claim.reproduction, *claim.corrected.runs)
    shown += [measured.interval for run in runs for measured in run.measured]
    return "; ".join(dict.fromkeys(interval.method for interval in shown if interval))


def _defect(hypothesis: Hypothesis, claim: Claim) -> tuple[str, ...]:
    """One row of the defects."""
    trial = hypothesis.best_trial
    if trial is None:
        reason = f"not tried: {hypothesis.not_applicable}"
        return (hypothesis.label, "", "", "", "", *("" for _ in claim.models), reason, "")
    repeated = hypothesis.distributions
    return (
        hypothesis.label,
        formats.count(len(hypothesis.trials)),
        formats.count(trial.n_samples),
        formats.count(trial.n_other),
        formats.count(trial.n_wrong),
        *(formats.decimal(run.measured[0].value) for run in trial.runs),
        _verdict(hypothesis),
        _of(hypothesis.n_fitting, repeated[0].n_seeds) if repeated else "",
    )


def _verdict(hypothesis: Hypothesis) -> str:
    """Whether a defect gives every figure; what was drawn at random gives them by chance only."""
    if not hypothesis.n_exact:
        return "no"
    return "by chance" if hypothesis.is_random else "yes"


def _spread(one: Distribution) -> tuple[str, ...]:
    """Where the values of many seeds lie."""
    return (
        formats.count(one.n_seeds),
        formats.decimal(min(one.values)),
        formats.decimal(one.median),
        formats.decimal(max(one.values)),
        *map(formats.count, (one.n_below, one.n_within, one.n_above, one.n_fitting)),
    )


def _of(n: int, total: int) -> str:
    """So many of so many."""
    return f"{formats.count(n)} of {formats.count(total)}"


def _range(low: int, high: int) -> str:
    """A count, or the range of counts."""
    return formats.count(low) if low == high else f"{formats.count(low)} to {formats.count(high)}"
