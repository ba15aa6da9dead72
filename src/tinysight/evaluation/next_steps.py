"""What to do after a verdict, most useful first."""

from pathlib import Path

from tinysight.evaluation.beside import Beside
from tinysight.evaluation.explanation import MAJORITY
from tinysight.evaluation.learning import left_out, more_pictures, other_size
from tinysight.evaluation.remedies import more_copies, present, stronger
from tinysight.evaluation.robustness import stated_levels
from tinysight.evaluation.scores import Scores
from tinysight.evaluation.trial_file import ROWS, SIZE
from tinysight.evaluation.weaknesses import weakness
from tinysight.evaluation.wording import motion, percent, points
from tinysight.params import AugmentParams, ExpectedParams
from tinysight.paths import Paths

SENSIBLE_GAP = 0.03  # a loss or an uncertainty below it is not what to work on first

RETRY = "`tinysight retry` gives the failed candidates another try."
SERVE = "`make serve` starts the service; `curl -F file=@PICTURE http://127.0.0.1:8000/predict` asks it."
CURVE = "`tinysight learning-curve` says whether more pictures or larger ones would help, before you take them."
LOOK = (
    "Look at the pictures before anything else: are they in the right folders, and could a person tell the classes"
    " apart at `dataset.image_size`?"
)


def next_steps(chosen: Scores | None, expected: ExpectedParams, beside: Beside, *, some_failed: bool) -> list[str]:
    """One Markdown sentence or two for each step.

    Args:
        chosen: the chosen candidate's scores; None if every candidate failed.
        expected: the warps under which it was decided.
        beside: what else is known, trials on today's data set among it.
        some_failed: whether there is a candidate to try again.
    """
    again = [RETRY] if some_failed else []
    if chosen is None:
        return again
    if chosen.kind == MAJORITY:
        return [LOOK, *again]
    augment = beside.augment
    trained = [*_moved(chosen, expected, augment), *_spoiled(chosen, augment)] if augment else []
    found = [*_weakest_class(chosen), *trained, *_uncertain(chosen)]
    return [SERVE, *again, *found, *_learned(chosen, beside)]


def _weakest_class(chosen: Scores) -> list[str]:
    """Names the class that is missed most often on val, and what it is taken for."""
    names = list(chosen.val.per_class)
    shown = [name for name in names if chosen.val.per_class[name].support]
    weakest = min(shown, key=lambda name: chosen.val.per_class[name].recall)
    recall = chosen.val.per_class[weakest].recall
    if recall == 1:
        return []
    place = names.index(weakest)
    others = [(count, name) for name, count in zip(names, chosen.val.confusion_matrix[place], strict=True)]
    mistaken = max((pair for pair in others if pair[1] != weakest), key=lambda pair: pair[0])[1]
    advice = (
        f"{weakest} is recognised least often (in {percent(recall)} of its val images) and mostly taken for {mistaken}:"
        f" more, and more varied, pictures of both help most. See `{_folder(chosen)}/confusion_matrix.png`."
    )
    return [advice]


def _folder(chosen: Scores) -> str:
    return Paths(Path()).scores(chosen.name).as_posix()


def _moved(chosen: Scores, expected: ExpectedParams, augment: AugmentParams) -> list[str]:
    loss = chosen.val.accuracy - chosen.val.expected_accuracy
    if loss < SENSIBLE_GAP:
        return []
    wider = stronger(stated_levels(expected), augment)
    if wider:
        advice = f"train on copies that vary as much, `dvc exp run {wider}`."
    elif more := more_copies(augment):
        advice = f"try more copies for training, `dvc exp run {more}`."
    else:
        advice = "take more pictures that are so."
    return [f"Being {motion(expected)} costs {chosen.name} {points(loss)}: {advice}"]


def _spoiled(chosen: Scores, augment: AugmentParams) -> list[str]:
    found = weakness(chosen)
    if found is None:
        return []
    costs, vary = f"{found.kind} at {found.level} costs {chosen.name} {points(found.loss)}", "if your pictures vary so"
    wider = stronger({found.kind: found.strength}, augment)
    if wider:
        advice = f"{costs}: {vary}, train on copies that do, `dvc exp run {wider}`; if they don't, leave it."
    else:
        advice = (
            f"{costs} though it is trained on copies that vary so ({present(found.kind, augment)}): {vary}, take more"
            " pictures that do; if they don't, leave it."
        )
    return [advice[0].upper() + advice[1:]]


def _uncertain(chosen: Scores) -> list[str]:
    width = (chosen.test.interval[1] - chosen.test.interval[0]) / 2
    advice = (
        f"{chosen.test.rows:,} test images leave an uncertainty of {points(width)} either way: more pictures make it"
        " smaller, four times as many halve it."
    )
    return [advice] if width >= SENSIBLE_GAP else []


def _learned(chosen: Scores, beside: Beside) -> list[str]:
    """What more pictures or larger ones would bring, or how to find out."""
    name, learning = chosen.name, beside.learning
    if learning is None or not learning.of(name, ROWS):
        return [left_out(learning) or CURVE]
    found = [more_pictures(name, learning.of(name, ROWS)), other_size(learning.of(name, SIZE), beside.image_size)]
    return [sentence for sentence in (*found, left_out(learning)) if sentence]
