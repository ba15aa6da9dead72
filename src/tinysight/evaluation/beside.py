"""What a verdict shows beside the scores."""

from dataclasses import dataclass

from tinysight.evaluation.mistakes import Mistakes
from tinysight.evaluation.trial_file import Learning
from tinysight.params import AugmentParams


@dataclass(frozen=True)
class Beside:
    """What belongs to the data set and to the chosen candidate; what nobody has made is None or empty.

    Attributes:
        dataset: the data set's name.
        image_size: of the data set.
        error_costs: what the user has said that mistakes cost, in words.
        learning: trials by today's settings on today's data set.
        mistakes: of the chosen candidate.
        augmented: a PNG of augmented pictures.
        augment: how they were made.
    """

    dataset: str
    image_size: int = 0
    error_costs: tuple[str, ...] = ()
    learning: Learning | None = None
    mistakes: Mistakes | None = None
    augmented: bytes = b""
    augment: AugmentParams | None = None
