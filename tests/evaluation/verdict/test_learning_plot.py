"""The learning curve on the verdict's page."""

import pytest
from verdicts import failed_trial, trial

from tinysight.evaluation.trial_file import SIZE, Learning
from tinysight.evaluation.verdict.learning_plot import HIGH, WIDE, place_learning

COLOURS = {"svm": 0, "svm_int8": 0, "small_cnn": 1, "small_cnn_int8": 1, "mlp": 2}
TRIALS = [
    *(trial(rows, 0.7 + rows / 4000) for rows in (100, 200, 400, 800)),
    *(trial(rows, 0.75 + rows / 4000, candidate="small_cnn") for rows in (100, 200, 400, 800)),
    *(trial(800, 0.9, varied=SIZE, size=size, candidate="small_cnn") for size in (56, 14, 28)),
]


def test_both_candidates_are_drawn_the_chosen_on_top_and_sizes_in_order():
    plot = place_learning(Learning(trials=TRIALS), "small_cnn", COLOURS, 28)
    assert plot is not None
    assert [line.name for line in plot.lines] == ["svm", "small_cnn"]
    assert [row.size for row in plot.sizes] == [14, 28, 56]
    assert [row.now for row in plot.sizes] == [False, True, False]
    assert [tick.label for tick in plot.across] == ["100", "200", "400", "800"]
    steps = [later.place - earlier.place for earlier, later in zip(plot.across, plot.across[1:], strict=False)]
    assert max(steps) - min(steps) < 0.5  # each doubling is one step
    for line in plot.lines:
        for point in line.points.split():
            x, y = map(float, point.split(","))
            assert 0 < x < WIDE
            assert 0 < y < HIGH


def test_trials_of_another_candidate_are_not_shown():
    assert place_learning(Learning(trials=TRIALS), "mlp", COLOURS, 28) is None


@pytest.mark.parametrize("shares", [(0.9, 0.9, 0.9, 0.9), (0.95, 0.93, 0.92, 0.9)])
def test_a_curve_that_is_flat_or_falls_says_that_more_would_hardly_help(shares):
    """A gain of exactly 0 is an answer too."""
    trials = [trial(rows, share) for rows, share in zip((100, 200, 400, 800), shares, strict=True)]
    plot = place_learning(Learning(trials=trials), "svm", COLOURS, 28)
    assert plot is not None
    assert [sentence.endswith("2 times as many again would hardly bring more.") for sentence in plot.sentences] == [
        True
    ]


def test_two_trials_draw_a_line_and_say_nothing():
    plot = place_learning(Learning(trials=TRIALS[:2]), "svm", COLOURS, 28)
    assert plot is not None
    assert plot.sentences == ()


def test_the_8_bit_file_is_drawn_by_its_own_trials_and_no_other_candidate_beside_it_but_the_svm():
    trials = [*TRIALS, *(trial(rows, 0.6, candidate="small_cnn_int8") for rows in (100, 800))]
    plot = place_learning(Learning(trials=trials), "small_cnn_int8", COLOURS, 28)
    assert plot is not None
    assert [(line.name, line.int8) for line in plot.lines] == [("svm", False), ("small_cnn_int8", True)]
    assert plot.sizes == ()


def test_the_8_bit_file_of_the_svm_has_no_curve_of_the_svm_beside_it():
    """Trials of the days when the svm was chosen itself may still be there."""
    eight = [trial(one.rows, one.expected_accuracy, candidate="svm_int8") for one in TRIALS[:4]]
    failed = [failed_trial(50, "no memory")]
    plot = place_learning(Learning(trials=[*TRIALS, *eight], failed=failed), "svm_int8", COLOURS, 28)
    assert plot is not None
    assert [(line.name, line.int8, line.chosen) for line in plot.lines] == [("svm_int8", True, True)]
    assert [sentence.split(" gained")[0] for sentence in plot.sentences] == ["From 400 to 800 train pictures svm_int8"]
    assert plot.failed == ()


def test_a_candidate_that_resizes_pictures_itself_says_to_what():
    trials = [
        trial(800, 0.9),
        *(trial(800, 0.9, varied=SIZE, size=size, lengths={"side": side}) for size, side in [(14, 16), (28, 32)]),
    ]
    plot = place_learning(Learning(trials=trials), "svm", COLOURS, 28)
    assert plot is not None
    assert [row.seen for row in plot.sizes] == ["16 × 16", "32 × 32"]
    plain = place_learning(Learning(trials=TRIALS), "small_cnn", COLOURS, 28)
    assert plain is not None
    assert {row.seen for row in plain.sizes} == {""}


def test_trials_that_failed_are_told_beside_those_that_came():
    failed = [
        failed_trial(100, "no memory"),
        failed_trial(800, "too large", varied=SIZE, size=56, candidate="small_cnn"),
    ]
    plot = place_learning(Learning(trials=TRIALS, failed=failed), "small_cnn", COLOURS, 28)
    assert plot is not None
    assert [sentence.split(": ")[1] for sentence in plot.failed] == ["too large", "no memory"]
