"""What the threshold promises is said by what val shows, and no sentence claims more."""

import pytest
from evaluated import scores_of, whole_scores

from tinysight.evaluation.promise import confidence, promise


def scores(*, answered: float = 0.9, **unknown):
    found = whole_scores("svm", 0.95)
    side = found.val.model_copy(update={"answered": answered})
    return found.model_copy(update={"unknown": found.unknown.model_copy(update=unknown), "val": side})


@pytest.mark.parametrize(
    ("share", "read"),
    [
        (0.25, "25 %"), (0.6, "60 %"), (0.105, "10.5 %"), (0.8456, "84.6 %"), (0.99, "99 %"), (0.9966, "99.66 %"),
        (0.995, "99.5 %"), (0.99664, "99.66 %"), (0.999964, "99.9964 %"), (0.9999995, "99.99995 %"), (1.0, "100 %"),
    ],
)  # fmt: skip
def test_a_confidence_is_not_rounded_to_certainty(share, read):
    assert confidence(share) == read


def test_a_threshold_that_keeps_the_stated_precision_says_what_val_shows():
    assert promise(scores(threshold=0.9966, val_precision=0.9931)) == (
        "An answer less than 99.66 % sure is unknown. The threshold was set so that val answers are right in 99 % of"
        " the cases (on val 99.3 % of those answered were right)."
    )


@pytest.mark.parametrize(
    ("answered", "share"),
    [
        (0.98, "98 % of val is answered, and the oddest is not"),
        (0.9801, "98 % of val is answered, and the oddest is not"),
        (1.0, "all of val is answered, and only what is odder is not"),
    ],
)
def test_where_the_share_answered_decided_the_threshold_the_precision_is_not_said_to_have(answered, share):
    assert promise(scores(answered=answered, threshold=0.9057, val_precision=0.9986)) == (
        f"An answer less than 90.6 % sure is unknown. The threshold was set so that {share}; at least 99 % of the"
        " answers are right all the same (on val 99.9 % of those answered were right)."
    )


def test_earlier_scores_do_not_tell_which_of_the_two_decided():
    found = promise(scores(answered=0.98, threshold=0.9057, val_precision=0.9986, stated_answered=None))
    assert "is unknown. Val answers are right in at least 99 % of the cases (on val 99.9 %" in found
    assert "was set" not in found


def test_a_missed_precision_says_what_is_reported_instead():
    assert promise(scores(threshold=0.7, val_precision=0.968, reached=False)) == (
        "An answer less than 70 % sure is unknown. Val holds too few pictures, or too many mistakes that the model is"
        " sure of, to show answers that are right in 99 % of the cases once its oddest pictures are left out; the"
        " threshold is the best that it supports (on val 96.8 % of those answered were right)."
    )


def test_few_pictures_that_are_all_right_are_blamed_on_no_mistake():
    text = promise(scores(answered=1.0, threshold=0.8456, val_precision=1.0, reached=False))
    assert text == (
        "An answer less than 84.6 % sure is unknown. Val holds too few pictures to show answers that are right in 99 %"
        " of the cases; the threshold is the best that it supports (on val 100.0 % of those answered were right)."
    )


@pytest.mark.parametrize(
    ("reached", "said"),
    [
        (False, "this is the best that it supports (on val 40.0 %"),
        (True, ". Val answers are right in at least 99 % of the cases (on val 40.0 %"),
    ],
)
def test_a_threshold_of_nothing_is_no_percentage(reached, said):
    text = promise(scores(answered=1.0, threshold=0.0, val_precision=0.4, reached=reached))
    assert text.startswith("It never says unknown: its threshold is 0, as val shows no confidence")
    assert "less than" not in text
    assert said in text


def test_what_was_not_measured_is_not_said():
    assert promise(scores_of("svm", 0.9)) == ""
    assert "on val" not in promise(scores(val_precision=None))
