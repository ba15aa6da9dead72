"""What a model scored when it was registered: the file scores.json of its bundle."""

from pydantic import BaseModel, ConfigDict


class SideScores(BaseModel):
    """On one side of the split; shares from 0 to 1.

    Attributes:
        accuracy: share of right answers; unknown counts by its best class.
        interval: 95 %, of accuracy.
        macro_f1: mean f1 of the classes.
        expected_calibration_error: mean gap between confidence and accuracy.
        expected_accuracy: accuracy under what is expected of pictures: evaluate.expected.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    accuracy: float
    interval: tuple[float, float]
    macro_f1: float
    expected_calibration_error: float
    expected_accuracy: float


class BundleScores(BaseModel):
    """On both sides that it was not trained on; fields of later versions are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    val: SideScores
    test: SideScores
