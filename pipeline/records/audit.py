"""Records of the audit: what the files say before any model sees them.

Every check is one record with the same beginning: what was looked at, in a sentence what was
found, whether that is out of the ordinary, and why the check could not be made where it could
not. The rest are its numbers and names. A list of names is cut at `MAX_LISTED`; its count is not.
"""

from typing import Literal

from pipeline.records.base import Record
from pipeline.records.check import Check as Check
from pipeline.records.data import Partition
from pipeline.records.recognised import Parts, Recognised, Standardised
from pipeline.records.sentinels import Sentinels
from pipeline.records.unknown import Ungrouped, Unlabelled

MAX_LISTED = 50

Among = Literal["all", "training"]
"""Samples that a figure rests on."""


class SamplePair(Record):
    """Two samples and how alike they are.

    `similarity` is the correlation after the mean of each gene is taken out of standardised
    arrays: near 0 for unrelated samples, 1 for identical ones. `correlation` is that of the
    values themselves, None where one does not vary. `n_equal` genes have the same value in both.
    """

    first: str
    second: str
    first_partition: Partition
    second_partition: Partition
    first_label: str
    second_label: str
    similarity: float
    correlation: float | None
    n_equal: int


class Duplicates(Check):
    """Samples that are identical or nearly so, whatever their names.

    `pairs` are the same measurement, most alike first: at least `same_share` of their genes have
    equal values, up to `tolerance` robust standard deviations, as supplied or with one array
    re-scaled. `alike` reach the similarity `threshold`, and are no such pairs. `closest` is the
    most alike pair of all, and `closest_across` that of a training and a test sample.
    `left_out` names the test samples that are a training sample under another name, whether or
    not `kept` says that the study keeps them. `n_constant` arrays have one value throughout,
    and are compared with none.
    """

    threshold: float
    scale: str
    n_samples: int
    n_genes: int
    n_pairs: int
    n_pairs_across: int
    n_pairs_other_class: int
    pairs: tuple[SamplePair, ...]
    closest: SamplePair | None
    closest_across: SamplePair | None
    n_test_before: int
    left_out: tuple[str, ...]
    kept: bool
    tolerance: float
    same_share: float
    n_constant: int
    n_alike: int
    n_alike_across: int
    alike: tuple[SamplePair, ...]


class JoinCheck(Check):
    """How labels came to samples."""

    method: Literal["name", "position"]
    n_samples: int
    first_pairs: tuple[tuple[str, str], ...]


class ColumnOrder(Check):
    """Where the columns of the files stand against the order of the labels.

    `runs` are the stretches of columns that follow each other in the label table as well,
    each by its first and last sample, in the order of the file.
    """

    n_displaced: int
    n_wrong_by_position: int
    n_runs: int
    runs: tuple[tuple[str, str], ...]


class GeneSets(Check):
    """Genes that only one of the two files has, and whether they stand in another order."""

    n_shared: int
    n_only_training: int
    n_only_test: int
    order_differs: bool


class Scales(Check):
    """Quantiles of the values in training and test samples, at the shares `quantiles`.

    `spread_ratio` is the distance between the outer quantiles in the test samples over that in
    the training samples; `shift` is the difference of the medians over the latter. None where
    the training values do not spread.
    """

    quantiles: tuple[float, ...]
    training: tuple[float, ...]
    test: tuple[float, ...]
    shift: float | None
    spread_ratio: float | None
    largest_shift: float
    largest_ratio: float


class Labels(Check):
    """Class labels that read like numbers, or like one another."""

    names: tuple[str, ...]


class SmallClasses(Check):
    """Classes with fewer samples than `limit` in some part of the split."""

    limit: int
    names: tuple[str, ...]
    smallest_training: int
    smallest_test: int | None


class Probes(Check):
    """Genes of one kind, by name: constant ones, absent ones, controls, damaged names."""

    n: int
    n_genes: int
    names: tuple[str, ...]


class Controls(Probes):
    """Control probes; `kept` says whether models and ranking see them."""

    kept: bool = False


class Values(Check):
    """Values of one kind: missing, negative, at the largest value, beyond the recipe's limits.

    `limit` is the value that they are compared with, where there is one.
    """

    n: int
    n_values: int
    share: float
    limit: float | None


class ArrayMetric(Check):
    """One measure of each array, in the order of `data.samples`, and arrays far from the others.

    An outlier is more than `limit` robust standard deviations (1.4826 times the median
    absolute deviation) from the median. `lowest` and `highest` name three arrays each; `label`
    is what the measure is called. Arrays that agree to a thousandth of their own spread all have
    the median, and none is named.
    """

    label: str
    values: tuple[float, ...]
    median: float
    spread: float
    limit: float
    outliers: tuple[str, ...]
    lowest: tuple[str, ...]
    highest: tuple[str, ...]


class LevelCounts(Record):
    """Samples of one value of a covariate: in training and test, by class."""

    level: str
    training: tuple[int, ...]
    test: tuple[int, ...]


class Covariate(Record):
    """Something known of the samples beside their class.

    `values` are those of each sample in the order of `data.samples`, empty where unknown.
    `levels` is empty for numbers and dates. `known_training` and `known_test` count, for each
    class, the samples of which it is known. `only_test` names values that no training sample
    has.
    """

    key: str
    label: str
    kind: Literal["category", "number", "date"]
    values: tuple[str, ...]
    n_known: int
    n_levels: int
    levels: tuple[LevelCounts, ...]
    known_training: tuple[int, ...]
    known_test: tuple[int, ...]
    only_test: tuple[str, ...]


class Association(Record):
    """How far one thing known of the samples goes with another.

    `subject` is a covariate, an array metric or the class, `label` what it is called, `target`
    the class, the split or a component. `missing` asks whether its being unknown goes with the
    target. `value` runs from 0 to 1 (a correlation from -1), None where `undefined` says why.
    `p_adjusted` is Holm's over all associations with class and split, or over all with
    components. `corrected` is the absolute size with its bias taken off, `low` and `high` its
    approximate 95 % interval. Values of one or two samples were put together.
    """

    key: str
    subject: str
    label: str
    target: str
    among: Among
    missing: bool
    measure: Literal["Cramér's V", "correlation ratio", "correlation"]
    test: str
    n: int
    value: float | None
    p_value: float | None
    p_adjusted: float | None
    undefined: str | None
    corrected: float | None = None
    low: float | None = None
    high: float | None = None


class Component(Record):
    """A principal component of the preprocessed values, and how it tells two classes apart.

    `class_auc` is at least 0.5; None with more than two classes.
    """

    key: str
    label: str
    variance_share: float
    class_auc: float | None


class Covariates(Check):
    """What is known of the samples, and what it goes with.

    An association counts where its adjusted p-value is below `level` and its size at least
    `limit`. `names` are the covariates that go so with the class or the split. `n_tests` counts
    the tests against class and split, `n_component_tests` those against components.
    """

    level: float
    limit: float
    covariates: tuple[Covariate, ...]
    names: tuple[str, ...]
    n_tests: int
    n_component_tests: int = 0


class Missingness(Check):
    """Covariates whose being unknown goes with the class."""

    level: float
    limit: float
    names: tuple[str, ...]


class ComponentCheck(Check):
    """Components that follow a covariate or the quality of the arrays.

    `followed` names component and what it follows: an adjusted p-value below `level`, and a
    size of `limit` or more.
    """

    level: float
    limit: float
    components: tuple[Component, ...]
    followed: tuple[tuple[str, str], ...]


class Predicted(Record):
    """How well the values tell one value of a covariate from the others, within one class.

    `auc` is the area under the ROC curve of decision values for left-out samples, each of a fit
    of its own; `low` and `high` are Newcombe's 95 % interval, nominal for that reason.
    """

    covariate: str
    label: str
    class_label: str
    level: str
    n_level: int
    n_rest: int
    auc: float
    low: float | None = None
    high: float | None = None


class Batches(Check):
    """Covariates that go with class or split and are known from the values within a class.

    A result counts above `limit`. Classes that are `too_large` were not examined.
    """

    limit: float
    results: tuple[Predicted, ...]
    too_large: tuple[str, ...]


class Audit(Record):
    """Everything that the files say before any model."""

    duplicates: Duplicates
    join: JoinCheck
    order: ColumnOrder
    gene_sets: GeneSets
    scales: Scales
    numeric_labels: Labels
    similar_labels: Labels
    small_classes: SmallClasses
    constant: Probes
    absent: Probes
    controls: Controls
    dates: Probes
    missing: Values
    negative: Values
    at_maximum: Values
    above_ceiling: Values
    below_floor: Values
    call_rate: ArrayMetric
    mean: ArrayMetric
    spread: ArrayMetric
    covariates: Covariates
    missingness: Missingness
    components: ComponentCheck
    batches: Batches
    unlabelled: Unlabelled
    unknown_groups: Ungrouped
    unknown_sources: Ungrouped
    sentinels: Sentinels
    recognised: Recognised
    parts: Parts
    standardised: Standardised
    associations: tuple[Association, ...]

    @property
    def metrics(self) -> tuple[ArrayMetric, ...]:
        """The measures of the arrays that the data allow."""
        return tuple(m for m in (self.call_rate, self.mean, self.spread) if not m.not_run)

    @property
    def checks(self) -> tuple[Check, ...]:
        """All checks, in the order in which the report lists them."""
        found = (getattr(self, name) for name in type(self).model_fields)
        return tuple(record for record in found if isinstance(record, Check))

    @property
    def confounders(self) -> tuple[str, ...]:
        """Labels of the covariates that go with the class, in training where there is a split."""
        check = self.covariates
        keys = {covariate.key for covariate in check.covariates}
        found = [a for a in self.associations if a.target == "class" and a.subject in keys]
        among = "training" if any(a.among == "training" for a in found) else "all"
        return tuple(
            a.label
            for a in found
            if (a.among, a.missing) == (among, False)
            and abs(a.value or 0.0) >= check.limit
            and a.p_adjusted is not None
            and a.p_adjusted < check.level
        )

    def association(
        self, subject: str, target: str, *, among: Among = "all", missing: bool = False
    ) -> Association | None:
        """Give the association of two things.

        Parameters
        ----------
        subject : str
            Key of a covariate or of an array metric.
        target : str
            The class, the split or the key of a component.
        among : {"all", "training"}, default="all"
            Among which samples.
        missing : bool, default=False
            Whether that of its being unknown.

        Returns
        -------
        Association or None
            None where it was not examined.
        """
        key = association_key(subject, target, among=among, missing=missing)
        return next((record for record in self.associations if record.key == key), None)


def association_key(subject: str, target: str, *, among: Among, missing: bool) -> str:
    """Name an association.

    Parameters
    ----------
    subject, target : str
        What goes with what.
    among : {"all", "training"}
        Among which samples.
    missing : bool
        Whether the subject's being unknown is meant.

    Returns
    -------
    str
        Its key, unique in an audit.
    """
    of = f"{subject} unknown" if missing else subject
    return f"{of}/{target}" + ("" if among == "all" else f"/{among}")
