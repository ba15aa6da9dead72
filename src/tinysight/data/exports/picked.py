"""A picture that is sent to a labelling tool, and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from tinysight.data.raw_manifest import RawPicture


@dataclass(frozen=True)
class Opinion:
    """What somebody thinks that a picture shows.

    Attributes:
        class_name: its class.
        confidence: how sure that is, 0 to 1; None where nobody knows.
        whose: who thinks so, for instance the candidate.
    """

    class_name: str
    confidence: float | None
    whose: str


@dataclass(frozen=True)
class Reason:
    """Why one picture is sent.

    Attributes:
        path: of the sample.
        words: what is special about it; empty where all pictures are sent.
        suggested: another class that it may have.
        confidence: how sure its present label is, 0 to 1; None where nobody knows.
    """

    path: str
    words: str = ""
    suggested: Opinion | None = None
    confidence: float | None = None


@dataclass(frozen=True)
class Picked:
    """One picture of an export.

    Attributes:
        picture: its path below the export's folder of pictures, its class, side, group and origin.
        digest: sha256 of its bytes.
        reason: why it is sent.
    """

    picture: RawPicture
    digest: str
    reason: Reason


@dataclass(frozen=True)
class Batch:
    """What is sent at once.

    Attributes:
        picked: the pictures, in the order that they should be looked at.
        class_names: all that the data set has.
        labelled: the labels are right as far as anybody knows; else somebody is to confirm each.
    """

    picked: Sequence[Picked]
    class_names: Sequence[str]
    labelled: bool
