"""What breaks a model soonest is named, with the augmentation against it."""

from evaluated import curves_of, scores_of

from tinysight.evaluation.beside import Beside
from tinysight.evaluation.next_steps import next_steps
from tinysight.evaluation.weaknesses import weakness, weakness_sentence


def scores(spoiled: float):
    return scores_of("svm", 0.95).model_copy(update={"curves": curves_of(spoiled)})


def test_the_kind_that_costs_most_while_still_mild_is_the_weakness():
    found = weakness(scores(0.5))
    assert found is not None
    assert (found.kind, found.level, round(found.loss, 2), found.left) == ("brightness", "20 %", 0.45, 0.5)
    assert found.remedy == "augment.brightness=0.2"


def test_what_costs_little_is_none():
    assert weakness(scores(0.94)) is None
    assert "Nothing mild breaks svm" in weakness_sentence(scores(0.94))


def test_scores_without_curves_say_nothing():
    assert weakness(scores_of("svm", 0.95)) is None
    assert weakness_sentence(scores_of("svm", 0.95)) == ""


def test_the_next_steps_name_the_override_only_where_it_matters():
    steps = next_steps(scores(0.5), Beside("pets"), some_failed=False)
    assert any("dvc exp run -S augment.brightness=0.2" in step for step in steps)
    assert not any("brightness" in step for step in next_steps(scores(0.94), Beside("pets"), some_failed=False))
