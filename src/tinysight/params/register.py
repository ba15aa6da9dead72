"""The section `register`: what the chosen model must show before it may replace the one in production."""

from typing import Annotated, Literal

from pydantic import Field

from tinysight.params.section import Fraction, Name, Positive, Section, Share

Rule = Literal["superior", "non_inferior"]


class RegisterParams(Section):
    """The release; shares are of the test pictures.

    Attributes:
        name: of the registered model.
        promote: `auto` lets what passes become production.
        rule: `superior`, `non_inferior`, or `auto`: non_inferior for the champion's recipe on other data.
        margin: how much accuracy non_inferior may lose at most.
        significance: how often chance alone may look like a difference.
        class_loss: how much recall a class may lose before that is held against the model.
        robustness_loss: how much expected_accuracy may fall.
        calibration_loss: how much expected_calibration_error may rise.
        judged_warning: a warning is given when the same test pictures have judged so many models.
    """

    name: Name
    promote: Literal["auto", "never"]
    rule: Literal["auto", "superior", "non_inferior"]
    margin: Fraction
    significance: Annotated[float, Field(gt=0, le=0.5)]
    class_loss: Share
    robustness_loss: Share
    calibration_loss: Share
    judged_warning: Positive
