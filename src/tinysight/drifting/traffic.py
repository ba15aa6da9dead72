"""The pictures of `tinysight drift`: files that words name, or a fair sample that a service has kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tinysight.errors import DataError
from tinysight.picture_file import read_picture
from tinysight.records import CAPTURES, KEPT, Capture, read_captures
from tinysight.scoring.listing import list_pictures, shown


@dataclass(frozen=True)
class Picture:
    """One picture of traffic.

    Attributes:
        name: its path, or the id of its prediction.
        read: gives its bytes; raises DataError where they are gone.
    """

    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Traffic:
    """The pictures to compare.

    Attributes:
        pictures: in the order in which they came, as far as that is known.
        passed_over: older ones, beyond those asked for.
    """

    pictures: Sequence[Picture]
    passed_over: int


def open_traffic(words: Sequence[str], *, last: int, column: str = "") -> Traffic:
    """Finds the newest of the named pictures; reads none yet.

    Args:
        words: as `tinysight predict` takes them, and folders in which a service keeps pictures.
        last: how many, at most: of captures those answered last, of others the last of the list.
        column: of tables that name pictures.

    Raises:
        DataError: if nothing is named.
    """
    kept = [word for word in words if (Path(word) / CAPTURES).is_dir()]
    captures = sorted((one for word in kept for one in read_captures(Path(word)) if fair(one)), key=lambda c: c.when)
    found = [Picture(capture.prediction_id, capture.picture) for capture in captures]
    files = list_pictures([word for word in words if word not in kept], column)
    found += [Picture(shown(named.file), partial(read_picture, named.place)) for named in files]
    if not found:
        raise DataError(
            f"{', '.join(words)} holds no picture to compare. Of what a service keeps, only those are compared that it"
            " has drawn from all alike (TINYSIGHT_CAPTURE_RATE). Name pictures, a folder, or a folder of captures."
        )
    return Traffic(found[-last:], max(0, len(found) - last))


def fair(capture: Capture) -> bool:
    """Whether it was drawn from all traffic alike.

    Those kept out of doubt are stranger than the rest, and so are those that stayed when others of their time made
    room, since people had corrected them.
    """
    moved = capture.entry is not None and capture.entry.path.parent.name == KEPT
    return capture.reason == "sample" and not moved
