"""What more pictures would bring is read from trials with fewer, and said only where it is known."""

import pytest
from verdicts import failed_trial, trial

from tinysight.evaluation.learning import expected_gain, left_out, more_pictures, other_size, what_failed
from tinysight.evaluation.trial_file import ROWS, SIZE, Learning, Trial


def power_law(exponent: float) -> list[Trial]:
    return [trial(rows, 1 - 0.4 * (rows / 100) ** -exponent) for rows in (100, 200, 400, 800)]


def test_errors_that_fall_as_a_power_go_on_falling():
    gain = expected_gain(power_law(0.5))
    error = 0.4 * 8**-0.5
    assert gain == pytest.approx(error * (1 - 2**-0.5), rel=1e-6)
    assert f"about {gain * 100:.1f} points more" in more_pictures("svm", power_law(0.5))


def test_a_flat_curve_promises_nothing():
    assert expected_gain(power_law(0.0)) == pytest.approx(0, abs=1e-9)
    assert "hardly bring more" in more_pictures("svm", power_law(0.0))
    assert expected_gain([trial(100, 0.9), trial(200, 0.85), trial(400, 0.8)]) == 0


def test_two_trials_say_nothing():
    assert expected_gain(power_law(0.5)[:2]) is None
    assert more_pictures("svm", power_law(0.5)[:2]) == ""


def test_a_perfect_score_is_no_mistake():
    assert expected_gain([trial(100, 1.0), trial(200, 1.0), trial(400, 1.0)]) == pytest.approx(0, abs=1e-9)


def at(size: int, share: float, multiply_adds: int) -> Trial:
    found = trial(800, share, varied=SIZE, size=size)
    bounds = {"expected_interval": (share - 0.02, share + 0.02)}
    return found.model_copy(update={"multiply_adds": multiply_adds, **bounds})


@pytest.mark.parametrize(
    ("half", "twice", "said"),
    [
        (0.80, 0.93, "At 56 × 56 pixels it names 3.0 points more, for 4 times more multiply-adds."),
        (0.897, 0.91, "14 × 14 pixels would do: they name as many, for 4 times fewer multiply-adds."),
        (0.88, 0.91, "28 × 28 pixels are right: larger pictures bring nothing sure, and smaller ones cost accuracy."),
    ],
)
def test_another_size_is_recommended_only_where_it_pays(half, twice, said):
    assert other_size([at(14, half, 250), at(28, 0.9, 1000), at(56, twice, 4000)], 28) == said


def test_without_a_trial_at_todays_size_or_another_nothing_is_said_of_sizes():
    assert other_size([at(14, 0.9, 250), at(56, 0.9, 4000)], 28) == ""
    assert other_size([at(28, 0.9, 1000)], 28) == ""


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ((28, 56), "28 × 28 pixels are right: larger pictures bring nothing sure."),
        ((14, 28), "Smaller pictures than 28 × 28 pixels cost accuracy; larger ones were not judged."),
    ],
)
def test_of_a_size_that_was_not_judged_nothing_is_claimed(sizes, said):
    """The trial at twice the size may have failed."""
    assert other_size([at(size, 0.9 if size > 14 else 0.8, 10 * size) for size in sizes], 28) == said


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        (
            (0.8, 0.9, 0.93),
            "At 56 × 56 pixels, with `models.svm.side` at 64 and `models.svm.cell` at 8, it names 3.0 points more",
        ),
        (
            (0.9, 0.9, 0.91),
            "14 × 14 pixels, with `models.svm.side` at 16 and `models.svm.cell` at 2, would do: they name as many",
        ),
    ],
)
def test_a_side_that_must_follow_the_size_is_named_with_it(shares, said):
    trials = [
        at(size, share, size * size).model_copy(update={"lengths": {"side": side, "cell": side // 8}})
        for size, share, side in zip((14, 28, 56), shares, (16, 32, 64), strict=True)
    ]
    assert other_size(trials, 28).startswith(said)


def test_what_is_left_out_is_said_in_one_sentence_with_the_command():
    assert left_out(None) == left_out(Learning(trials=[])) == ""
    assert left_out(Learning(trials=[], stale=1)).startswith("1 trial is left out, of other settings or pictures")
    assert "10 trials are left out" in left_out(Learning(trials=[], stale=10))
    assert "`tinysight learning-curve`" in left_out(Learning(trials=[], stale=10))


def test_what_failed_is_named_with_its_reason():
    learning = Learning(trials=[], failed=[failed_trial(1400, "out of memory", varied=SIZE, size=56)])
    assert what_failed(learning, "svm", SIZE) == ["svm on 1,400 train pictures of 56 × 56 pixels failed: out of memory"]
    assert what_failed(learning, "svm", ROWS) == what_failed(learning, "mlp", SIZE) == []
