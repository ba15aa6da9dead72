"""Labels that are probably wrong: what a model that never saw a picture thinks of the label it was given."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Suspect:
    """A picture whose label is probably wrong.

    Attributes:
        row: which picture of the ImageSet.
        given: the class that its label names.
        likely: the class that it looks like.
        confidence: how sure of `likely` the model is that learned without this picture, 0 to 1.
    """

    row: int
    given: str
    likely: str
    confidence: float
