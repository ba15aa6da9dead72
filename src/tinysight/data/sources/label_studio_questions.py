"""Which columns and tags of a Label Studio export name the picture, and which its class."""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from tinysight.data.sources.disk import is_utf8
from tinysight.data.sources.picture_index import SUFFIXES
from tinysight.errors import DataError

NAMING = ("choices", "rectanglelabels", "labels")  # types of results that name classes
# columns of JSON-MIN and CSV that are no answers
KNOWN = frozenset(
    (
        *("id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement"),
        *("was_cancelled", "split", "group"),
    )
)
USUAL = "choice"  # the name of Choices in Label Studio's template for image classification

Row = Mapping[str, Any]


def pick_questions(rows: Sequence[Row], asked: str | None, *, tasks: bool) -> frozenset[str]:
    """The names of the tags, such as Choices, whose answers are classes.

    Args:
        rows: of the export.
        asked: what the user says the tag is called, None to find out.
        tasks: whether rows are tasks of JSON; else they are of JSON-MIN or CSV.

    Raises:
        DataError: if there are several, or not the one that was asked for.
    """
    whole, boxed = _in_tasks(rows) if tasks else _in_rows(rows)
    if asked is not None and asked not in whole | boxed:
        raise DataError(
            f"dataset.question is {asked!r}; the export answers {_listed(whole | boxed)}. Name one of them."
        )
    for names in (whole, boxed):
        if asked is None and len(names) > 1:
            raise DataError(
                f"The export answers several questions: {_listed(names)}. Say which one is the class: dataset.question."
            )
    return frozenset(whole | boxed if asked is None else [asked])


def image_of(data: Row, where: str) -> str:
    """What a task or row calls its picture.

    Raises:
        DataError: if it names none.
    """
    name = _image_key(data)
    if name is None:
        raise DataError(f"{where} names no picture file. Only pictures can be brought in: export such a project.")
    return as_text(data[name])


def _image_key(data: Row) -> str | None:
    usual = [name for name in ("image", "img", "picture") if isinstance(data.get(name), str)]
    others = (name for name, value in data.items() if name not in KNOWN and _looks_like_picture(value))
    return next(iter([*usual, *others]), None)


def _looks_like_picture(value: object) -> bool:
    if not isinstance(value, str):
        return False
    return value.startswith("/data/") or PurePosixPath(value.partition("?")[0]).suffix.lower() in SUFFIXES


def _in_tasks(tasks: Sequence[Row]) -> tuple[set[str], set[str]]:
    """The names of tags with classes of whole pictures, and with classes of boxes."""
    whole: set[str] = set()
    boxed: set[str] = set()
    for task in tasks:
        for one in task.get("annotations") or task.get("completions") or ():
            for result in one.get("result") or ():
                if result.get("type") in NAMING:
                    (boxed if is_region(result["value"]) else whole).add(str(result.get("from_name")))
    return whole, boxed


def _in_rows(rows: Sequence[Row]) -> tuple[set[str], set[str]]:
    """The same for JSON-MIN and CSV, where columns of the task's own data stand among the answers."""
    whole: set[str] = set()
    boxed: set[str] = set()
    for row in rows:
        image = _image_key(row)
        for name, value in row.items():
            results = [] if name in KNOWN or name == image or _looks_like_picture(value) else as_results(name, value)
            for result in results:
                (boxed if is_region(result["value"]) else whole).add(name)
    return ({USUAL} if USUAL in whole else whole), boxed


def as_results(name: str, value: object) -> list[dict[str, Any]]:
    """A cell of JSON-MIN or CSV as results of JSON: one class, several in an object, a list of these or of boxes."""
    results = []
    for number, part in enumerate(value if isinstance(value, list) else [value]):
        if isinstance(part, str) and part:
            results.append({"from_name": name, "type": "choices", "value": {"choices": [part]}})
        elif isinstance(part, Mapping) and (kind := next((kind for kind in NAMING if kind in part), None)):
            results.append({"from_name": name, "type": kind, "value": part, "id": f"{name}{number}"})
    return results


def is_region(value: Row) -> bool:
    """Whether a result's value is a part of the picture, not the whole."""
    return any(key in value for key in ("x", "points", "rle"))


def as_text(value: object) -> str:
    """A name as text that can be written into our tables; JSON can spell half of a letter, which cannot.

    Raises:
        ValueError: for such a name.
    """
    text = str(value)
    if not is_utf8(text):
        raise ValueError(f"{text!r} is not UTF-8")
    return text


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"
