"""The verdict's page: complete, self-contained, and safe whatever classes and files are called."""

import io

import pytest
from data_reports import Page
from evaluated import mistakes_of, scores_of, whole_scores
from PIL import Image
from tiny_datasets import make_params
from verdicts import LADDER, drawn, failed_trial, trial

from tinysight.evaluation.error_costs import ErrorCost, MeanCost
from tinysight.evaluation.selection import Entrant
from tinysight.evaluation.trial_file import Learning

HOSTILE = "<script>alert(1)</script>\u202egpj"


def test_the_answer_comes_first_then_everybody_and_everything():
    text = Page(drawn(mistakes=mistakes_of())).text
    places = [text.index(words) for words in ("Of 100 test images", "All candidates", "Accuracy against cost")]
    assert places == sorted(places)
    for words in (
        "Of 100 test images that had no say in the choice, it names 95.0 % right",
        "small_cnn_int8", "Failed", "out of <memory>", "Far below, and not drawn: majority.",
        "What svm bears least is brightness: at 20 % it still names 50.0 % right.",
        "97 % sure", "11.0 points off on average", "An answer less than 60 % sure is", "93.0 %", "make serve",
    ):  # fmt: skip
        assert words in text, words


def test_a_memory_without_the_service_is_called_so():
    text = Page(drawn([Entrant("svm", "svm", scores_of("svm", 0.95)), *LADDER[2:]])).text
    assert "57 MB (model alone)" in text
    assert "99 MB (" not in text
    assert "of the model alone" in text


def test_it_makes_no_request_and_runs_no_script():
    page = Page(drawn(mistakes=mistakes_of()))
    assert page.loads
    assert all(link.startswith(("data:", "#")) for link in page.loads)
    assert "script" not in page.tags
    assert "default-src 'none'; img-src data:" in drawn()


def test_names_are_text_whatever_they_hold():
    def named(scores):
        side = scores.test.model_copy(
            update={"per_class": dict(zip((HOSTILE, "dog"), scores.test.per_class.values(), strict=True))}
        )
        return scores.model_copy(update={"test": side, "val": side})

    entrants = [Entrant(e.name, e.kind, e.scores and named(e.scores), e.reason) for e in LADDER]
    text = drawn(entrants, dataset=HOSTILE, mistakes=mistakes_of(path=HOSTILE))
    assert "script" not in Page(text).tags
    assert "\u202e" not in text
    assert HOSTILE.split("\u202e")[0] in Page(text).text


@pytest.mark.parametrize("reached", [False, True])
def test_a_precision_that_val_cannot_show_is_said(reached):
    svm = whole_scores("svm", 0.95)
    svm = svm.model_copy(update={"unknown": svm.unknown.model_copy(update={"reached": reached})})
    text = Page(drawn([Entrant("svm", "svm", svm)])).text
    said = "of the cases once its oddest pictures are left out; the threshold is the best that it supports"
    assert (said in text) is not reached
    assert "(on val 99.0 % of those answered were right). On test it answers 90.0 % and is right in 99.0 %" in text


def test_the_class_that_a_distortion_hides_is_named_beside_what_the_model_bears_least():
    svm = whole_scores("svm", 0.95)
    point = svm.curves[2].points[2].model_copy(update={"per_class": {"cat": 0.21, "dog": 0.79}})
    curve = svm.curves[2].model_copy(
        update={"points": [*svm.curves[2].points[:2], point], "images": {"cat": 99, "dog": 99}}
    )
    text = Page(drawn([Entrant("svm", "svm", svm.model_copy(update={"curves": [*svm.curves[:2], curve]}))])).text
    assert "still names 50.0 % right. At 20 % brightness the class cat falls from 95.0 % to 21.0 %; all classes" in text
    assert "all classes together" not in Page(drawn()).text


def test_scores_of_an_earlier_version_give_a_shorter_page():
    text = Page(drawn([Entrant("svm", "svm", scores_of("svm", 0.95))])).text
    assert "svm is enough" in text
    assert "What the pictures may suffer" not in text
    assert "How far its confidence" not in text


def test_nothing_but_failures_says_so_and_what_to_do():
    text = Page(drawn([Entrant("mlp", "mlp", None, "out of memory")])).text
    assert "No candidate came through" in text
    assert "tinysight retry" in text


def test_a_ladder_that_learned_nothing_is_not_called_enough():
    assert "Nothing was learned" in Page(drawn(LADDER[:1])).text


def test_the_picture_of_augmented_pictures_is_inside():
    file = io.BytesIO()
    Image.new("RGB", (4, 4)).save(file, "PNG")
    assert "What it was trained on besides" in Page(drawn(augmented=file.getvalue())).text
    assert "What it was trained on besides" not in Page(drawn()).text


@pytest.mark.parametrize(("override", "copied"), [("augment=camera", True), ("augment=none", False)])
def test_copies_are_claimed_only_where_some_are_made(override, copied):
    file = io.BytesIO()
    Image.new("RGB", (4, 4)).save(file, "PNG")
    text = Page(drawn(augmented=file.getvalue(), augment=make_params(override).augment)).text
    assert ("What it was trained on besides" in text) is copied
    assert ("Train pictures as they are, and no copies of them: augment.copies is 0." in text) is not copied


def test_the_learning_curve_is_shown_where_somebody_asked_for_it():
    trials = [trial(rows, 1 - 0.4 * (rows / 100) ** -0.5) for rows in (100, 200, 400, 800)]
    text = Page(drawn(learning=Learning(trials=[*trials, trial(800, 0.9, varied="size", size=56)]))).text
    assert "twice as many would bring about" in text
    assert "56 × 56" in text
    assert "tinysight learning-curve trains" not in text


def test_the_learning_curve_of_an_8_bit_file_is_marked_as_everywhere():
    eight = [trial(rows, 0.9, candidate="svm_int8") for rows in (100, 200, 400, 800)]
    entrants = [Entrant("svm_int8", "svm", whole_scores("svm_int8", 0.95)), *LADDER[2:]]
    section = (
        drawn(entrants, learning=Learning(trials=eight)).split('<section id="learning">')[1].split("</section>")[0]
    )
    assert ' int8 chosen" points=' in section
    assert ' int8"></span>svm_int8' in section


def test_without_a_learning_curve_it_says_how_to_get_one_and_how_long_that_takes():
    text = Page(drawn()).text
    assert "tinysight learning-curve trains on an eighth" in text
    assert "it takes about 75 s, and draws the curve here" in text  # six trainings of 12.5 s
    beaten = Entrant("svm", "svm", whole_scores("svm", 0.8))
    assert "it takes about 88 s" in Page(drawn([beaten, *LADDER[2:]])).text  # and those of the svm beside it
    assert "Would more pictures help" not in Page(drawn(LADDER[:1])).text


def test_trials_of_other_settings_are_left_out_and_the_page_says_so():
    stale = Page(drawn(learning=Learning(trials=[], stale=10))).text
    assert "10 trials are left out, of other settings or pictures" in stale
    assert "Nobody has tried" not in stale
    trials = [trial(rows, 0.9) for rows in (100, 200, 400, 800)]
    assert "1 trial is left out" in Page(drawn(learning=Learning(trials=trials, stale=1))).text


def test_a_trial_that_failed_is_on_the_page_with_its_reason():
    failed = [failed_trial(800, "no <memory>", varied="size", size=56)]
    text = Page(drawn(learning=Learning(trials=[trial(800, 0.9)], failed=failed))).text
    assert "svm on 800 train pictures of 56 × 56 pixels failed: no <memory>" in text


def test_a_request_is_split_and_set_against_small_servers():
    text = Page(drawn()).text
    assert "A request takes 1.0 ms of processor time: 0.40 ms to decode the picture" in text
    assert "10 % of a core answers 98 such requests a second without end, one for 20 % answers 200" in text
    for words in ("pictures/s on 2 cores", "21,000", "0.70 s", "99 MB"):
        assert words in text, words
    assert "On a small server" not in Page(drawn([Entrant("svm", "svm", scores_of("svm", 0.95))])).text


def test_weighed_mistakes_are_a_column_and_a_tile():
    costs = {e.name: ErrorCost(val=mean(0.0123 * place), test=mean(0.01)) for place, e in enumerate(LADDER, 1)}
    text = Page(drawn(costs=costs)).text
    for words in ("cost of mistakes", "mistakes cost", "0.0123", "cat taken for dog costs 5; any other costs 1"):
        assert words in text, words
    assert "mistakes cost" not in Page(drawn()).text


def mean(value):
    return MeanCost(mean=value, interval=(value / 2, 2 * value), standard_error=value / 10)


def test_the_same_scores_give_the_same_page():
    assert drawn(mistakes=mistakes_of()) == drawn(mistakes=mistakes_of())
