"""Records of what class weights do to probabilities at the same penalty."""

from pipeline.records.base import Record


class AtPenalty(Record):
    """Logistic regression without and with class weights at one penalty.

    Brier scores of the held-out samples, and means of the probability of the positive class.
    """

    penalty_c: float
    brier: float
    brier_weighted: float
    mean: float
    mean_weighted: float


class Weighting(Record):
    """Class weights at equal penalty, under the protocol of the headline.

    `observed` is the share of the positive class among the held-out samples; `chosen` is the place
    in `penalties` of the penalty that most folds chose for the model without weights.
    """

    protocol: str
    observed: float
    penalties: tuple[AtPenalty, ...]
    chosen: int
