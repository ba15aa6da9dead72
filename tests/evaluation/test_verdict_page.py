"""The verdict in words: the answer first, and nothing that the figures do not say."""

import pytest
from evaluated import scores_of, whole_scores
from tiny_datasets import make_params
from verdicts import trial

from tinysight.evaluation.beside import Beside
from tinysight.evaluation.error_costs import ErrorCost, MeanCost
from tinysight.evaluation.explanation import explain
from tinysight.evaluation.merits import CheapMistakes
from tinysight.evaluation.next_steps import next_steps
from tinysight.evaluation.selection import Entrant, Verdict, choose, in_verdict
from tinysight.evaluation.trial_file import SIZE, Learning
from tinysight.evaluation.verdict_page import verdict_page
from tinysight.params import ExpectedParams

BESIDE = Beside("digits", augment=make_params().augment)
EXPECTED = ExpectedParams(shift=0.15, rotation=10.0)


def entrant(kind, expected, multiply_adds, **options):
    return Entrant(kind, kind, scores_of(kind, expected, multiply_adds, kind=kind, **options))


MAJORITY = entrant("majority", 0.11, 2353)
SVM = entrant("svm", 0.952, 354_123)
SMALL = entrant("small_cnn", 0.957, 1_354_123, file_bytes=61_234)
TUTORIAL = entrant("tutorial_cnn", 0.931, 12_354_123)
FAILED = Entrant("mlp", "mlp", None, "no memory left")


def why(*entrants, errors=1.0):
    return explain(choose(entrants, errors), entrants, EXPECTED)


def page(*entrants):
    rule = choose(entrants, 1.0)
    verdict = Verdict(
        chosen=rule.good_enough[0] if rule else None,
        why=why(*entrants),
        rule=rule,
        candidates=[in_verdict(e) for e in entrants],
    )
    return verdict_page(verdict, entrants, EXPECTED, BESIDE, figure="verdict.png")


def test_a_cheap_choice_is_explained_by_what_it_loses_and_saves():
    assert why(MAJORITY, SVM, SMALL, TUTORIAL) == (
        "svm is enough: of the 100 val images, shifted by up to 15 % and turned by up to 10°, it names 95.2 % right."
        " The best, small_cnn, names 95.7 %: 0.5 points more, which is within one standard error (1.0 points). For that"
        " svm needs 3.8 times fewer multiply-adds (354 thousand instead of 1.4 million), and its file has 5.0 kB"
        " instead of 61 kB. Compared with the tutorial's network (tutorial_cnn) it names 2.1 points more right and"
        " needs 35 times fewer multiply-adds."
    )


def test_a_choice_that_is_the_best_is_compared_with_the_best_cheaper_one():
    text = why(MAJORITY, entrant("svm", 0.912, 354_123), SMALL, FAILED)
    assert "No candidate names more; the best of the cheaper ones, svm, names 91.2 % with 3.8 times fewer" in text
    assert "tutorial" not in text


def test_a_choice_that_is_best_and_cheapest_says_so():
    assert "none that names as many is cheaper" in why(MAJORITY, SVM, TUTORIAL)


def test_a_better_tutorial_is_owned_up_to():
    text = why(entrant("svm", 0.93, 10), entrant("small_cnn", 0.95, 1000), entrant("tutorial_cnn", 0.949, 9000))
    assert "Compared with the tutorial's network (tutorial_cnn) it names 0.1 points more right" in text
    text = why(entrant("svm", 0.945, 10), entrant("small_cnn", 0.951, 9000), entrant("tutorial_cnn", 0.95, 1000))
    assert "it names 0.5 points less right" in text


def test_a_majority_vote_that_wins_is_called_what_it_is():
    entrants = [entrant("majority", 0.95, 10), entrant("svm", 0.951, 999)]
    assert "better than always giving the most frequent class" in why(*entrants)
    assert page(*entrants).startswith("# digits: nothing was learned\n")
    assert "right folders" in page(*entrants)


def test_the_page_answers_first_then_shows_all_then_says_what_next():
    text = page(MAJORITY, SVM, SMALL, TUTORIAL, FAILED)
    parts = ["# digits: svm is enough", "svm is enough: of", "test images, which had no say", "## All candidates"]
    parts += ["## Failed", "- **mlp**: no memory left", "## What to do next"]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_the_table_has_a_row_for_each_scored_candidate_cheapest_first():
    rows = [line for line in page(TUTORIAL, SMALL, SVM, FAILED, MAJORITY).splitlines() if line.startswith("|")]
    assert [row.split("|")[1].strip() for row in rows[2:]] == [
        "majority", "**svm** (chosen)", "small_cnn (best)", "tutorial_cnn",
    ]  # fmt: skip
    assert len({row.count("|") for row in rows}) == 1
    shares = ("95.2 % (91.2–98.2)", "95.0 % (88.8–97.8)")
    for figure in (*shares, "354 thousand", "5.0 kB", "0.018 ms", "57 MB (model alone)", "12 s"):
        assert figure in rows[3]


def test_the_page_without_a_candidate_gives_reasons_and_the_way_on():
    text = page(FAILED)
    assert text.startswith("# digits: no candidate came through\n")
    assert "no memory left" in text
    assert "tinysight retry" in text
    assert "All candidates" not in text


def test_next_steps_name_the_weakest_class_and_what_it_is_taken_for():
    steps = next_steps(SVM.scores, EXPECTED, BESIDE, some_failed=False)
    assert any(
        step.startswith("dog is recognised least often (in 94.0 %") and "taken for cat" in step for step in steps
    )
    assert not any("retry" in step for step in steps)


@pytest.mark.parametrize(("expected", "said"), [(0.90, True), (0.94, False)])
def test_a_loss_by_motion_suggests_more_moved_copies(expected, said):
    steps = next_steps(scores_of("svm", expected), EXPECTED, BESIDE, some_failed=True)
    assert any("augment.copies" in step for step in steps) == said
    assert any("retry" in step for step in steps)


def test_where_nobody_has_tried_more_pictures_the_command_is_named():
    assert "`tinysight learning-curve`" in next_steps(SVM.scores, EXPECTED, BESIDE, some_failed=False)[-1]


def test_what_a_learning_curve_found_is_a_step():
    rows = [trial(number, 1 - 0.4 * (number / 100) ** -0.5) for number in (100, 200, 400, 800)]
    sizes = [trial(800, 0.9, varied=SIZE, size=28), trial(800, 0.95, varied=SIZE, size=56)]
    found = Learning(trials=[*rows, *sizes])
    steps = next_steps(SVM.scores, EXPECTED, Beside("digits", 28, learning=found), some_failed=False)
    assert "twice as many would bring about" in steps[-2]
    assert steps[-1].startswith("At 56 × 56 pixels it names 5.0 points more")
    assert not any("learning-curve" in step for step in steps)


def test_trials_of_other_settings_are_a_step_that_names_the_command():
    stale = next_steps(
        SVM.scores, EXPECTED, Beside("digits", 28, learning=Learning(trials=[], stale=4)), some_failed=False
    )
    assert stale[-1].startswith("4 trials are left out, of other settings or pictures than today's: `tinysight learn")
    some = Learning(trials=[trial(number, 0.9) for number in (100, 200, 400)], stale=1)
    steps = next_steps(SVM.scores, EXPECTED, Beside("digits", 28, learning=some), some_failed=False)
    assert "would hardly bring more" in steps[-2]
    assert steps[-1].startswith("1 trial is left out")


def test_trials_of_the_float_file_say_nothing_of_the_8_bit_file_that_was_chosen():
    rows = [trial(number, 0.9, candidate="small_cnn") for number in (100, 200, 400)]
    chosen = scores_of("small_cnn_int8", 0.9)
    steps = next_steps(chosen, EXPECTED, Beside("digits", 28, learning=Learning(trials=rows)), some_failed=False)
    assert not any("hardly bring more" in step for step in steps)
    assert steps[-1].startswith("`tinysight learning-curve` says")


def by_cost(*entrants, **means):
    costs = [MeanCost(mean=mean, interval=(0.0, 1.0), standard_error=0.02) for mean in means.values()]
    merit = CheapMistakes({name: ErrorCost(val=cost, test=cost) for name, cost in zip(means, costs, strict=True)})
    return explain(choose(entrants, 1.0, merit), entrants, EXPECTED, merit=merit)


def test_a_verdict_by_the_cost_of_mistakes_is_explained_by_it():
    text = by_cost(SVM, SMALL, TUTORIAL, svm=0.11, small_cnn=0.1, tutorial_cnn=0.2)
    assert text.startswith(
        "svm is enough: on the 100 val images, shifted by up to 15 % and turned by up to 10°, its mistakes cost 0.110 a"
        " picture as select.error_costs weighs them, and it names 95.2 % right. Those of the best, small_cnn, cost"
        " 0.100: 0.0100 less, which is within one standard error (0.0200). For that svm needs 3.8 times fewer"
    )
    assert text.endswith("(tutorial_cnn) its mistakes cost 0.0900 less and it needs 35 times fewer multiply-adds.")


def test_dear_mistakes_overrule_accuracy():
    text = by_cost(SVM, SMALL, svm=0.5, small_cnn=0.1)
    assert text.startswith("small_cnn is enough")
    assert "No candidate's mistakes cost less; those of the best of the cheaper ones, svm, cost 0.500 with 3.8" in text
    assert "none is cheaper whose mistakes cost as little" in by_cost(SVM, SMALL, svm=0.1, small_cnn=0.5)


@pytest.mark.parametrize("reached", [False, True])
def test_a_precision_that_val_cannot_show_is_said_with_what_it_shows(reached):
    svm = whole_scores("svm", 0.95)
    unknown = svm.unknown.model_copy(update={"threshold": 0.9966, "val_precision": 0.968, "reached": reached})
    text = page(Entrant("svm", "svm", svm.model_copy(update={"unknown": unknown})))
    assert "the rest it calls unknown.\n\nAn answer less than 99.66 % sure is unknown." in text
    assert "(on val 96.8 % of those answered were right)." in text
    assert ("the best that it supports" in text) is not reached


def test_where_all_is_answered_no_rest_is_called_unknown():
    svm = whole_scores("svm", 0.95)
    test = svm.test.model_copy(update={"answered": 1.0, "answered_accuracy": 0.95})
    text = page(Entrant("svm", "svm", svm.model_copy(update={"test": test})))
    assert "to answer 100.0 % and is right in 95.0 % of those.\n" in text


def test_what_requests_cost_is_a_table_of_its_own():
    text = page(Entrant("svm", "svm", whole_scores("svm", 0.95)))
    assert "## On a small server\n\nA request takes 1.0 ms of processor time" in text
    assert "| **svm** | 1.0 ms | 98 | 200 | 21,000 | 0.70 s | 99 MB |" in text
    assert "small server" not in page(SVM)
