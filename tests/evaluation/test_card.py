"""A model card says what people must know, in the figures of scores.json."""

from dataclasses import replace

from evaluated import scores_of, whole_scores
from rendered_markdown import read_back

from tinysight.data.dataset import DatasetInfo
from tinysight.evaluation.card import Origin, model_card
from tinysight.params import ExpectedParams

INFO = DatasetInfo("d" * 64, "pets", ("cat", "dog"), 64, 1234, 3)
ORIGIN = Origin("pets", INFO, 864, ExpectedParams(shift=0.15, rotation=10), "c" * 40)


def card(origin: Origin = ORIGIN, *, picture: bool = True) -> str:
    return model_card(whole_scores("small_cnn", 0.9), origin, picture=picture)


def test_it_has_every_part_in_its_order() -> None:
    heads = [line for line in card().splitlines() if line.startswith("#")]
    assert heads == ["# pets: small_cnn", "## Intended use", "## Data", "## Scores", "### Class by class, test",
                     "### Its worst mistakes", "## Robustness", "## Confidence and unknown", "## Limits", "## Cost",
                     "## How to make it again"]  # fmt: skip


def test_figures_are_those_of_the_scores_with_their_intervals() -> None:
    text = card()
    assert "| accuracy | 95.0 % (88.8–97.8) | 95.0 % (88.8–97.8) |" in text
    assert "| accuracy, shifted by up to 15 % and turned by up to 10° | 90.0 % (86.0–93.0) |" in text
    assert "| cat | 50 | 96.0 % | 94.0 % | – |" in text
    assert "| brightness | 0 %: 95.0 %, 10 %: 93.0 %, 20 %: 50.0 % |" in text
    assert "| noise | 200 | 93.0 % (89.0–96.0) |" in text


def test_a_precision_that_val_cannot_show_is_said() -> None:
    scores = whole_scores("svm", 0.9)
    missed = scores.model_copy(update={"unknown": scores.unknown.model_copy(update={"reached": False})})
    said = "the threshold is the best that it supports (on val 99.0 % of those answered were right)."
    assert said in model_card(missed, ORIGIN, picture=False)
    assert "An answer less than 60 % sure is unknown. The threshold was set so that val answers are right in" in card()


def test_a_class_that_a_distortion_hides_is_named_whatever_it_is_called() -> None:
    scores = whole_scores("svm", 0.9)
    curve = scores.curves[2]
    points = [
        point.model_copy(update={"per_class": {"<b>": left, "dog": 0.9}})
        for point, left in zip(curve.points, (0.9, 0.9, 0.1), strict=True)
    ]
    worse = curve.model_copy(update={"points": points, "images": {"<b>": 99, "dog": 99}})
    text = model_card(scores.model_copy(update={"curves": [worse]}), ORIGIN, picture=False)
    assert (
        "At 20 % brightness the class &lt;b> falls from 90.0 % to 10.0 %; all classes together still reach 50.0 %."
        in text
    )


def test_the_pairs_that_are_mixed_up_most_come_first() -> None:
    assert "Most often mixed up: dog taken for cat (3 of 50); cat taken for dog (2 of 50)." in card()


def test_data_and_commit_say_how_to_make_it_again() -> None:
    text = card()
    assert f"1,234 pictures, digest `{'d' * 64}`. 3 files could not be read. Trained on 864;" in text
    assert f"Commit `{'c' * 40}`, data set `{'d' * 64}`, candidate `small_cnn`." in text


def test_a_class_may_be_called_anything_and_breaks_no_table() -> None:
    scores = whole_scores("svm", 0.9)
    renamed = dict(zip(("a|b", "<b>"), scores.test.per_class.values(), strict=True))
    odd = scores.model_copy(update={"test": scores.test.model_copy(update={"per_class": renamed})})
    text = model_card(odd, replace(ORIGIN, dataset=replace(INFO, class_names=("a|b", "<b>"))), picture=False)
    assert "| a\\|b | 50 | 96.0 % | 94.0 % | – |" in text
    assert "&lt;b> taken for a\\|b" in text
    tags, said = read_back(text)
    assert "b" not in tags
    assert "a|b" in said


def test_near_duplicates_are_not_said_to_be_kept_together_where_nobody_asked_for_it() -> None:
    assert "Near-duplicates stay on one side." in card()
    assert "Near-duplicates may be on two sides." in card(replace(ORIGIN, grouped=False))


def test_limits_name_small_classes_and_loose_files() -> None:
    assert "leave its accuracy uncertain by 4.5 points either way" in card()
    assert "fewer than" not in card()
    loose = card(replace(ORIGIN, uncommitted=("params.yaml",)))
    assert "No commit can make it again (not committed: params.yaml)." in loose
    scores = whole_scores("svm", 0.9)
    few = {name: one.model_copy(update={"support": 12}) for name, one in scores.test.per_class.items()}
    scores = scores.model_copy(update={"test": scores.test.model_copy(update={"per_class": few})})
    assert "Of cat, dog there are fewer than 30 test pictures" in model_card(scores, ORIGIN, picture=False)


def test_scores_of_earlier_times_make_a_shorter_card() -> None:
    text = model_card(scores_of("svm", 0.9), ORIGIN, picture=False)
    assert "| memory | 57 MB (model alone) |" in text
    assert "## Robustness" not in text
    assert "mistakes" not in text
    assert "\n\n\n" not in text
