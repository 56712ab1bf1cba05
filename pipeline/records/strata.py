"""Records of how well the headline does by what is known of the samples."""

from pipeline.records.base import Record, Statement
from pipeline.records.models import Interval


class Stratum(Record):
    """Held-out samples of one kind, and the headline's errors on them.

    Where samples are held out again and again, `n_wrong` counts predictions, of `n_predictions`;
    the interval is Wilson's on the number of samples, `n`. `mean_score` is the mean of the
    model's score for the positive of two classes.
    """

    n: int
    n_predictions: int
    n_wrong: int
    accuracy: float
    interval: Interval
    mean_score: float | None


class Level(Record):
    """One value of a covariate: how many samples of each class train, and who is held out.

    `n_trained` and `by_class` are in the order of the classes; None where no sample of the class
    is held out. `n_trained` counts the given training samples, and is empty under resampling.
    """

    level: str
    n_trained: tuple[int, ...]
    by_class: tuple[Stratum | None, ...]
    every: Stratum


class ModelSeen(Record):
    """Wrong predictions of one model on held-out samples that are seen in training, and others."""

    key: str
    n_wrong_seen: int
    n_wrong_unseen: int


class Strata(Record):
    """The headline's errors by the values of one covariate.

    A held-out sample counts as seen in training where a training part that held it out has
    samples of the same value in the same class. `is_source` says that the study names the
    covariate as the source; else it is here because it goes with the class.
    """

    key: str
    covariate: str
    protocol: str
    model: str
    is_source: bool
    n_unknown: int
    levels: tuple[Level, ...]
    seen: Stratum | None
    unseen: Stratum | None
    models: tuple[ModelSeen, ...]
    statement: Statement
