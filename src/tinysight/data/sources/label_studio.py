"""Label Studio: exports as JSON, JSON-MIN and CSV, with Choices for whole pictures and boxes for crops."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tinysight.data.csv_table import read_rows
from tinysight.data.sources.annotations import Labelled, PassedOver, folder_of, index_of, list_labelled
from tinysight.data.sources.label_studio_answers import Answer, answers_in_row, answers_in_task
from tinysight.data.sources.label_studio_paths import find_picture
from tinysight.data.sources.label_studio_questions import pick_questions
from tinysight.data.sources.picture_index import PictureIndex
from tinysight.data.sources.source import Listing
from tinysight.data.sources.text_file import read_text
from tinysight.errors import DataError
from tinysight.params import LabelStudioParams

SUFFIXES = (".json", ".csv", ".tsv")


def list_files(dataset: LabelStudioParams, root: Path) -> Listing:
    """A file for each box, or for each picture whose labels agree.

    Cancelled annotations don't count. Where several people labelled a picture, one marked as ground truth
    decides; else all must agree on the classes, and the latest boxes are taken.

    Raises:
        DataError: if there is no export, or it is not of these forms.
    """
    path, skipped = _export(root / dataset.path), PassedOver()
    index = index_of(dataset, folder_of(dataset, root))
    answers = list(_answers(path, dataset, skipped))
    by_image: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        by_image[answer.image].append(answer)
    labelled = [_decide(image, several, index, skipped) for image, several in by_image.items()]
    return list_labelled(labelled, dataset, index, skipped)


def _export(path: Path) -> Path:
    if path.is_file():
        return path
    found = sorted(file for file in path.glob("*") if file.suffix.lower() in SUFFIXES) if path.is_dir() else []
    if len(found) == 1:
        return found[0]
    seen = ", ".join(file.name for file in found) or "none"
    raise DataError(
        f"{path} must be an export of Label Studio, or a folder with one: a JSON or CSV file. Received: {seen}."
        " Name the file as dataset.path."
    )


def _answers(path: Path, dataset: LabelStudioParams, skipped: PassedOver) -> Iterator[Answer]:
    rows = _read_table(path) if path.suffix.lower() in (".csv", ".tsv") else _read_json(path)
    tasks = [row for row in rows if isinstance(row.get("data"), Mapping)]
    if tasks and len(tasks) < len(rows):
        raise _wrong(path, "some of its entries are tasks and some are not")
    read = answers_in_task if tasks else answers_in_row
    try:
        questions = pick_questions(rows, dataset.question, tasks=bool(tasks))
        for row in rows:
            yield from read(row, questions, skipped)
    except (TypeError, ValueError, ArithmeticError, AttributeError, KeyError) as error:
        raise _wrong(path, f"an entry is not as Label Studio writes it ({error!r})") from None


def _read_json(path: Path) -> list[dict[str, Any]]:
    try:
        content = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise _wrong(path, f"it is not JSON ({error})") from None
    rows = content if isinstance(content, list) else [content]
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise _wrong(path, "it must be a list of tasks")
    return rows


def _read_table(path: Path) -> list[dict[str, Any]]:
    """The rows of a CSV; what JSON-MIN has as lists and objects, it has as JSON in cells."""
    return [{name: _cell(text) for name, text in row.cells.items()} for row in read_rows(path, ["annotation_id"])]


def _cell(text: str) -> Any:
    if not text.startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _decide(image: str, answers: Sequence[Answer], index: PictureIndex, skipped: PassedOver) -> Labelled:
    """One picture's labels out of what people answered."""
    picture = find_picture(image, index)
    given = [answer for answer in answers if answer.classes or answer.boxes]
    counted = [answer for answer in given if answer.ground_truth] or given
    split = next((answer.split for answer in answers if answer.split), "")
    group = next((answer.group for answer in answers if answer.group), "")
    if len({answer.names for answer in counted}) > 1:
        views = "; ".join(sorted({", ".join(answer.names) for answer in counted}))
        skipped.add("whose annotators disagree", f"{picture.path} ({views})")
        return Labelled(picture, noted=True)
    latest = max(counted, key=lambda answer: answer.written, default=Answer(image))
    return Labelled(picture, latest.classes, latest.boxes, split, group)


def _wrong(path: Path, why: str) -> DataError:
    return DataError(f"{path} cannot be used: {why}. Export it from Label Studio again, as JSON or CSV.")
