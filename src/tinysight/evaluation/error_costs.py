"""What a candidate's mistakes cost on average, where the user says that one is worse than another."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from tinysight.errors import ConfigError, DataError
from tinysight.evaluation.doubts import PREDICTIONS
from tinysight.evaluation.metrics import wilson_interval
from tinysight.evaluation.scores import Interval, Record

FIELD = "select.error_costs"
UNNAMED = 1.0  # what a mistake costs that the user does not name
ROUNDING = 1e-9  # of the dearest mistake: rows that cost the same differ by less

Costs = Mapping[str, Mapping[str, float]]
Matrix = NDArray[np.float64]


class MeanCost(Record):
    """What mistakes cost on one side, moved as the user expects.

    Attributes:
        mean: for one picture, right answers included.
        interval: 95 %.
        standard_error: of the mean, over rows.
    """

    mean: float
    interval: Interval
    standard_error: float


class ErrorCost(Record):
    """The mean cost of a candidate's mistakes on both sides."""

    val: MeanCost
    test: MeanCost


def cost_matrix(costs: Costs, class_names: Sequence[str]) -> Matrix:
    """(classes, classes): what it costs to answer a row's class with a column's.

    Args:
        costs: as params.yaml names them.
        class_names: of the data set, in the order of the labels.

    Raises:
        ConfigError: if a name is no class.
    """
    for truth, row in costs.items():
        _check(truth, FIELD, class_names)
        for answer in row:
            _check(answer, f"{FIELD}.{truth}", class_names)
    return np.array([[_price(costs, truth, answer) for answer in class_names] for truth in class_names], np.float64)


def mean_cost(answers: NDArray[np.integer], labels: NDArray[np.int64], matrix: Matrix) -> MeanCost:
    """The mean cost of answers, with an uncertainty that does not count a row twice.

    The standard error is that of the rows' means, and never less than that of one more mistake as the candidate makes
    them; where it makes none that costs anything, of the usual cost. The interval is Wilson's for the share of the
    dearest mistake that the mean is, and for as many images as would give this standard error; where all mistakes cost
    1, both are those of expected_accuracy.

    Args:
        answers: (draws, N) labels that it answered, N > 0.
        labels: (N,) the truth.
        matrix: (classes, classes).
    """
    costs = matrix[labels, answers]  # (draws, N)
    rows = costs.mean(axis=0)  # (N,)
    mean, error = float(rows.mean()), float(np.sqrt(rows.var() / len(rows)))
    mistakes = costs[answers != labels]
    dearest = max(float(matrix.max()), np.finfo(float).tiny)
    share = mean / dearest
    varies = error > ROUNDING * dearest
    images = share * (1 - share) / (error / dearest) ** 2 if varies else float(len(rows))
    low, high = wilson_interval(share, max(images, float(len(rows))))
    one_more = float(mistakes.mean()) if mistakes.any() else _usual(matrix)
    return MeanCost(
        mean=mean, interval=(low * dearest, high * dearest), standard_error=max(error, one_more / len(rows))
    )


def _usual(matrix: Matrix) -> float:
    """The middle of what mistakes cost that cost anything, of two the cheaper; 0 where none does.

    By the dearest or the mean one, a single dear mistake would excuse many cheap ones: where 20 is named for one of two
    mistakes, 10 wrong answers in 100 would be as good as none.
    """
    costs = matrix[matrix > 0]
    return float(np.quantile(costs, 0.5, method="lower")) if costs.size else 0.0


def answer_costs(costs: Costs, named: Iterable[str], truth: Sequence[str]) -> NDArray[np.float64]:
    """(N,): what each of N named answers costs; the empty one, to a file that cannot be decoded, as the dearest."""
    worst = dearest(costs, truth)
    pairs = zip(truth, named, strict=True)
    return np.array([_price(costs, true, name) if name else worst for true, name in pairs], np.float64)


def dearest(costs: Costs, classes: Iterable[str]) -> float:
    """What the dearest mistake costs that can be made with pictures of these classes."""
    names = set(classes)
    pairs = ((true, name) for true in names for name in (names | set(costs.get(true, ()))) - {true})
    return max((_price(costs, *pair) for pair in pairs), default=UNNAMED)


def _price(costs: Costs, truth: str, answer: str) -> float:
    return 0.0 if truth == answer else costs.get(truth, {}).get(answer, UNNAMED)


def read_error_cost(scores: Path, matrix: Matrix) -> ErrorCost:
    """What the mistakes of a candidate cost.

    Args:
        scores: its folder, in which evaluate left its answers.
        matrix: of all classes.

    Raises:
        DataError: if the answers are missing or broken.
    """
    path = scores / PREDICTIONS
    try:
        with np.load(path) as found:
            sides = {
                side: mean_cost(found[f"{side}_expected_answers"], found[f"{side}_labels"], matrix)
                for side in ErrorCost.model_fields
            }
    except (OSError, EOFError, ValueError, KeyError, IndexError, BadZipFile) as error:
        raise DataError(
            f"{path} does not hold the answers that {FIELD} weighs: {error}. Run `dvc repro -f evaluate@NAME`."
        ) from None
    return ErrorCost.model_validate(sides)


def stated(costs: Costs) -> Iterator[str]:
    """The named costs in words, the dearest first."""
    named = [(cost, truth, answer) for truth, row in costs.items() for answer, cost in row.items() if truth != answer]
    for cost, truth, answer in sorted(named, key=lambda one: -one[0]):
        yield f"{truth} taken for {answer} costs {cost:g}"


def _check(name: str, where: str, class_names: Sequence[str]) -> None:
    if name in class_names:
        return
    close = difflib.get_close_matches(name, class_names, 1)
    hint = f" Did you mean {close[0]}?" if close else ""
    raise ConfigError(
        f"{where}: {name} is no class of the data set.{hint} Its classes: {', '.join(class_names)}. Correct"
        " conf/select/default.yaml (names that look like numbers go between quotes) and run `make params`."
    )
