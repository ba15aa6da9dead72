"""What a model's threshold promises, and how far val shows it, in words."""

import math

from tinysight.evaluation.scores import Scores, Unknown
from tinysight.evaluation.wording import percent

NEVER = "It never says unknown: its threshold is 0, as val shows no confidence below which a picture would be strange."
MOST_DECIMALS = 6
EPSILON = 1e-9  # of a share of val


def promise(scores: Scores) -> str:
    """When the model answers unknown, whether that keeps the stated precision on val, and what val shows instead.

    Returns:
        Sentences; none for scores of an earlier version, which don't say.
    """
    unknown = scores.unknown
    if unknown is None:
        return ""
    begins = f"An answer less than {confidence(unknown.threshold)} sure is unknown." if unknown.threshold else NEVER
    shown = unknown.val_precision
    found = "" if shown is None else f" (on val {percent(shown)} of those answered were right)"
    return f"{begins} {_kept(scores, unknown) if unknown.reached else _missed(scores, unknown)}{found}."


def _kept(scores: Scores, unknown: Unknown) -> str:
    """Which of two thresholds is the larger one, that of the precision or that of the share answered, as in export."""
    wanted, answered = unknown.stated_answered, scores.val.answered
    if not unknown.threshold or wanted is None:
        return f"Val answers are right in at least {_stated(unknown)} of the cases"
    if answered < wanted - EPSILON:
        return f"The threshold was set so that val answers are right in {_stated(unknown)} of the cases"
    share = f"{100 * wanted:g} % of val is answered, and the oddest is not"
    share = "all of val is answered, and only what is odder is not" if answered == 1 else share
    return f"The threshold was set so that {share}; at least {_stated(unknown)} of the answers are right all the same"


def _missed(scores: Scores, unknown: Unknown) -> str:
    few = unknown.val_precision is not None and unknown.val_precision >= unknown.stated_precision
    lacks = "too few pictures" if few else "too few pictures, or too many mistakes that the model is sure of,"
    odd = " once its oddest pictures are left out" if scores.val.answered < 1 else ""
    best = "the threshold is" if unknown.threshold else "this is"
    return (
        f"Val holds {lacks} to show answers that are right in {_stated(unknown)} of the cases{odd};"
        f" {best} the best that it supports"
    )


def _stated(unknown: Unknown) -> str:
    return f"{100 * unknown.stated_precision:g} %"


def confidence(share: float) -> str:
    """With the decimals that tell it from certainty: 0.6 → 60 %, 0.105 → 10.5 %, 0.9966 → 99.66 %."""
    left = 100 * (1 - share)
    decimals = 1 if left >= 1 or left <= 0 else min(MOST_DECIMALS, 1 - math.floor(math.log10(left)))
    return f"{100 * share:.{decimals}f}".rstrip("0").rstrip(".") + " %"
