"""The pictures in which validate found something that a person should look at."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from tinysight.data.exports.picked import Opinion, Reason
from tinysight.data.suspect_words import read_words
from tinysight.errors import DataError

# checks that doubt a label or a picture, the most telling first, and what to say where one has no words for a picture
WORTH_A_LOOK = {
    "label_errors": "its label may be wrong",
    "label_conflict": "the same picture stands in two classes",
    "near_conflict": "a near-duplicate of it stands in another class",
    "blank": "it is blank, or almost",
    "dark": "it is unusually dark",
    "bright": "it is unusually bright",
    "blurred": "it is unusually blurred",
}


def find_problems(violations: Path, samples: Collection[str]) -> list[Reason]:
    """One reason for each picture, those first whose labels are most doubtful.

    Args:
        violations: what validate wrote.
        samples: the paths of the data set's pictures; others cannot be sent.

    Raises:
        DataError: if validate has not run, or its file is not what it writes.
    """
    try:
        found = json.loads(violations.read_text(encoding="utf-8"))
        entries = sorted(_entries(found), key=lambda entry: [*WORTH_A_LOOK].index(entry[0]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{violations} cannot be read: {error!r}. Run `dvc repro validate`.") from None
    words: defaultdict[str, list[str]] = defaultdict(list)
    opinions: dict[str, Opinion] = {}
    for check, path, detail in entries:
        words[path].append(detail or WORTH_A_LOOK[check])
        likely = read_words(detail)
        if likely:
            opinions[path] = Opinion(likely[0], likely[1], "label check")
    return [_reason(path, said, opinions.get(path)) for path, said in words.items() if path in samples]


def _entries(found: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Check, path and words of each picture that a check names."""
    for violation in found:
        if violation["check"] in WORTH_A_LOOK:
            details = violation["details"] or [""] * len(violation["paths"])
            yield from ((violation["check"], *pair) for pair in zip(violation["paths"], details, strict=True))


def _reason(path: str, words: list[str], opinion: Opinion | None) -> Reason:
    doubt = None if opinion is None or opinion.confidence is None else 1 - opinion.confidence
    return Reason(path, "; ".join(words), opinion, doubt)
