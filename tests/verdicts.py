"""Verdict pages and trials made up by hand, for tests of what is shown and said."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from evaluated import whole_scores

from tinysight.evaluation.beside import Beside
from tinysight.evaluation.error_costs import ErrorCost
from tinysight.evaluation.merits import RIGHT_ANSWERS, CheapMistakes
from tinysight.evaluation.mistakes import Mistakes
from tinysight.evaluation.selection import Entrant, Verdict, choose, in_verdict
from tinysight.evaluation.trial_file import ROWS, FailedTrial, Learning, Trial
from tinysight.evaluation.verdict.page import draw_verdict
from tinysight.evaluation.verdict.view import make_view
from tinysight.params import AugmentParams, ExpectedParams

EXPECTED = ExpectedParams(shift=0.15, rotation=10)
NOTHING: Mapping[str, ErrorCost] = MappingProxyType({})
LADDER = [
    Entrant("majority", "majority", whole_scores("majority", 0.1, 10, kind="majority")),
    Entrant("svm", "svm", whole_scores("svm", 0.951, 10_000)),
    Entrant("small_cnn", "small_cnn", whole_scores("small_cnn", 0.955, 900_000, kind="small_cnn")),
    Entrant("small_cnn_int8", "small_cnn", whole_scores("small_cnn_int8", 0.954, 900_000, kind="small_cnn")),
    Entrant("mlp", "mlp", None, "out of <memory>"),
]


def drawn(
    entrants: Sequence[Entrant] = LADDER,
    *,
    dataset: str = "pets",
    mistakes: Mistakes | None = None,
    augmented: bytes = b"",
    augment: AugmentParams | None = None,
    learning: Learning | None = None,
    costs: Mapping[str, ErrorCost] = NOTHING,
) -> str:
    """The page of a verdict on these candidates."""
    rule = choose(entrants, 1.0, CheapMistakes(costs) if costs else RIGHT_ANSWERS)
    verdict = Verdict(
        chosen=rule.good_enough[0] if rule else None,
        why="svm is enough: `so` it is.",
        rule=rule,
        candidates=[in_verdict(entrant, costs.get(entrant.name)) for entrant in entrants],
    )
    beside = Beside(
        dataset=dataset,
        image_size=28,
        error_costs=("cat taken for dog costs 5",) if costs else (),
        learning=learning,
        mistakes=mistakes,
        augmented=augmented,
        augment=augment,
    )
    return draw_verdict(make_view(verdict, entrants, EXPECTED, beside))


def trial(
    rows: int, share: float, *, varied: str = ROWS, size: int = 28, candidate: str = "svm", basis: str = "",
    lengths: Mapping[str, int] = MappingProxyType({}),
) -> Trial:  # fmt: skip
    """A trial of so many rows and this accuracy, moved and as is."""
    return Trial(
        candidate=candidate, varied=varied, rows=rows, image_size=size, basis=basis, lengths=dict(lengths),
        accuracy=share, interval=(share, share),
        expected_accuracy=share, expected_interval=(share, share), multiply_adds=1000, file_bytes=2000,
        train_seconds=1.0,
    )  # fmt: skip


def failed_trial(rows: int, reason: str, *, varied: str = ROWS, size: int = 28, candidate: str = "svm") -> FailedTrial:
    """A trial that did not come through."""
    return FailedTrial(candidate=candidate, varied=varied, rows=rows, image_size=size, reason=reason)
