"""What more pictures would bring is read from trials with fewer, and said only where it is known."""

import pytest
from verdicts import trial

from tinysight.errors import DataError
from tinysight.evaluation.learning import (
    ROWS,
    SIZE,
    Learning,
    Trial,
    expected_gain,
    more_pictures,
    other_size,
    read_learning,
    write_learning,
)


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


def test_trials_come_back_in_order_and_only_for_the_same_pictures(tmp_path):
    learning = Learning(
        dataset_digest="d" * 64, trials=[trial(200, 0.9), trial(100, 0.8), trial(100, 0.7, varied="size")]
    )
    write_learning(tmp_path / "learning.json", learning)
    found = read_learning(tmp_path / "learning.json", "d" * 64)
    assert found == learning
    assert [one.rows for one in found.of("svm", ROWS)] == [100, 200]
    assert read_learning(tmp_path / "learning.json", "e" * 64) is None
    assert read_learning(tmp_path / "none.json", "d" * 64) is None


def test_a_broken_file_names_the_fix(tmp_path):
    (tmp_path / "learning.json").write_text("{}")
    with pytest.raises(DataError, match="tinysight learning-curve"):
        read_learning(tmp_path / "learning.json", "d" * 64)
