"""Records of published figures put to the test: what they imply, what our runs give instead."""

from statistics import median
from typing import Literal

from pipeline.records.base import Record, Statement
from pipeline.records.models import Interval

Measure = Literal["accuracy", "precision", "recall", "f1"]

HypothesisKey = Literal["calls-in", "by-position", "shuffled", "genes-first", "test-in-training"]


class StatedFigure(Record):
    """One figure as it was printed; `label` names its class, None for the accuracy.

    What rounds or is cut to the printed text lies between `low` and, just below, `high`.
    `interval` is the 95 % interval that the implied counts leave; None where they are not known.
    """

    key: str
    measure: Measure
    label: str | None
    text: str
    low: float
    high: float
    interval: Interval | None


class CountFit(Record):
    """Counts of a test set that give every stated figure; tuples in the order of the classes.

    `n_right` are the right samples of each class, `n_involved` the errors that involve it: its
    samples called something else, and others called it. The errors divide between the classes
    in `n_ways` ways, which leave each class between `fewest_wrong` and `most_wrong` of its own.
    """

    n_test: int
    n_correct: int
    n_errors: int
    n_right: tuple[int, ...]
    n_involved: tuple[int, ...]
    n_ways: int
    fewest_wrong: tuple[int, ...]
    most_wrong: tuple[int, ...]


class Arithmetic(Record):
    """Which confusion matrices give every stated figure.

    Test sets of 1 to `largest` samples were searched, and those of `stated_sizes`: what the
    stated numbers of samples allow. `sizes` are those at which some matrix fits. `fits` has
    the first of the `n_fits` that the stated sizes allow, or of all where none is stated.
    Where all that fit are multiples of one, it is `unit`. `not_run` gives the reason where
    the matrices could not be searched.
    """

    largest: int
    stated_sizes: tuple[int, ...]
    sizes: tuple[int, ...]
    unit: CountFit | None
    n_fits: int
    fits: tuple[CountFit, ...]
    not_run: str | None

    @property
    def possible(self) -> bool | None:
        """Whether any confusion matrix gives the figures; None where that is not known."""
        return None if self.not_run else bool(self.sizes)

    @property
    def possible_as_stated(self) -> bool | None:
        """Whether one does at the stated numbers of samples; None where that is not known."""
        if self.not_run or not self.stated_sizes:
            return None
        return self.n_fits > 0

    @property
    def implied(self) -> CountFit | None:
        """The only counts that fit, as far as classes and sizes are told apart."""
        return self.fits[0] if self.n_fits == 1 else None


class Measured(Record):
    """What a run gave for a stated figure; `fits` says whether it prints as stated."""

    key: str
    value: float | None
    interval: Interval | None
    fits: bool


class Run(Record):
    """One model, trained and tested once; `measured` in the order of the stated figures.

    `confusion` has rows true and columns predicted; `wrong` names the samples misclassified.
    """

    key: str
    n_train: int
    n_test: int
    n_correct: int
    confusion: tuple[tuple[int, ...], ...]
    measured: tuple[Measured, ...]
    wrong: tuple[str, ...]

    @property
    def fits(self) -> bool:
        """Whether every stated figure is met."""
        return all(one.fits for one in self.measured)


class Distribution(Record):
    """One model over many seeds; `values` are of the claim's first figure, a seed each.

    `n_below`, `n_within` and `n_above` count the seeds by where that figure lies against what
    prints as stated, `n_fitting` those that meet every stated figure.
    """

    key: str
    n_seeds: int
    n_train: int
    n_test: int
    values: tuple[float, ...]
    n_below: int
    n_within: int
    n_above: int
    n_fitting: int

    @property
    def median(self) -> float:
        """The middle of the values."""
        return median(self.values)

    @property
    def inside(self) -> bool:
        """Whether the claim lies between the lowest and the highest re-run."""
        return self.n_within > 0 or (self.n_below > 0 and self.n_above > 0)


class Rerun(Record):
    """The stated protocol on data with labels joined by name.

    `own` are the runs at the stated seed, or at the study's own where none is stated; `exact`
    where they meet every figure, on as many samples as stated. `n_fitting` counts the seeds
    at which every model meets every figure. `not_run` gives the reason where the protocol
    cannot be followed.
    """

    n_samples: int
    own: tuple[Run, ...]
    distributions: tuple[Distribution, ...]
    n_fitting: int
    exact: bool
    not_run: str | None


class Trial(Record):
    """One defect tried at the claim's own seed.

    `n_other` counts the samples that carry the label of another sample, `n_wrong` those
    whose class is wrong by it. `n_met` counts the stated figures met, of all models, and the
    stated number of samples with them; `exact` where all are met. `n_fitting` counts, of
    `n_seeds` seeds, those at which every model meets every figure.
    """

    key: str
    description: str
    n_samples: int
    n_other: int
    n_wrong: int
    runs: tuple[Run, ...]
    n_met: int
    exact: bool
    n_seeds: int
    n_fitting: int
    not_run: str | None


class Chance(Record):
    """How often the figures come where labels say nothing; seeds of `n_seeds`.

    At `n_random` seeds labels drawn at random, for `n_samples` samples, give every figure of
    every model; at `n_any_join` at least one of the `n_joins` joins by position does.
    """

    n_seeds: int
    n_samples: int
    n_random: int
    n_joins: int
    n_any_join: int


class Hypothesis(Record):
    """A named defect that may explain the figures, in all its variants.

    `best` is the key of the trial that meets most; over many seeds it meets every figure in
    `n_fitting` of them, as `distributions` show. Where the defect is drawn at random
    (`is_random`), meeting them once explains nothing. `not_applicable` gives the reason where
    the data leave nothing to try.
    """

    key: HypothesisKey
    label: str
    description: str
    is_random: bool
    trials: tuple[Trial, ...]
    best: str | None
    n_exact: int
    distributions: tuple[Distribution, ...]
    n_fitting: int
    not_applicable: str | None

    @property
    def best_trial(self) -> Trial | None:
        """The trial that meets most of the figures."""
        return next((trial for trial in self.trials if trial.key == self.best), None)


class LibraryRun(Record):
    """A model as scikit-learn's defaults fit it, on the genes; `wrong` names its errors.

    `n_iterations` is the number of steps after which it stopped, of several fits the most.
    """

    key: str
    n_test: int
    n_correct: int
    n_iterations: int
    wrong: tuple[str, ...]


class Corrected(Record):
    """The same models with labels joined by name, on samples that they never saw.

    `runs` are fitted to their optimum, `library` as scikit-learn's defaults fit them.
    """

    protocol: str
    description: Statement
    runs: tuple[Run, ...]
    library: tuple[LibraryRun, ...]


class ClaimedModel(Record):
    """A model that the figures are said of."""

    key: str
    label: str
    noun: str


class Claim(Record):
    """A published set of figures, put to the test.

    `protocol` says how samples are held out, with `test_share` or `n_folds`, and `values`
    what the models see. `n_trials` defects were tried, and `reproduced_by` names the hypotheses
    that meet every figure at the stated seed, and are not random. `chance` says how often
    figures come by chance; None where no seed decides.
    """

    key: str
    source: str
    citation: str | None
    explanation: str | None
    models: tuple[ClaimedModel, ...]
    protocol: Statement
    values: str
    test_share: float | None
    n_folds: int | None
    n_samples: int | None
    n_test: int | None
    seed: int
    seed_is_stated: bool
    n_seeds: int
    figures: tuple[StatedFigure, ...]
    arithmetic: Arithmetic
    rerun: Rerun
    hypotheses: tuple[Hypothesis, ...]
    reproduced_by: tuple[HypothesisKey, ...]
    n_trials: int
    chance: Chance | None
    corrected: Corrected

    @property
    def reproducing(self) -> Hypothesis | None:
        """The first hypothesis that meets every figure; None where none does."""
        return next((h for h in self.hypotheses if h.key in self.reproduced_by), None)

    @property
    def is_reproduced(self) -> bool:
        """Whether the stated protocol, or a defect, gives every figure."""
        return self.rerun.exact or bool(self.reproduced_by)

    @property
    def reproduction(self) -> tuple[Run, ...]:
        """The runs to set beside the figures: those that give them, else the re-run."""
        defect = None if self.rerun.exact else self.reproducing
        trial = defect.best_trial if defect else None
        return trial.runs if trial else self.rerun.own

    def hypothesis(self, key: str) -> Hypothesis:
        """Give the hypothesis of that key."""
        return next(h for h in self.hypotheses if h.key == key)
