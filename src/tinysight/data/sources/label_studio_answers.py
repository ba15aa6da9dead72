"""What people answered in Label Studio: the results of annotations, and the rows of its smaller exports."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tinysight.data.cropping import SHARES, DrawnBox, Size
from tinysight.data.sources.annotations import PassedOver
from tinysight.data.sources.label_studio_questions import NAMING, Row, as_results, as_text, image_of, is_region
from tinysight.data.sources.side_names import side_of


@dataclass(frozen=True)
class Answer:
    """What one person said of one picture.

    Attributes:
        image: as the task names it.
        classes: of the whole picture.
        boxes: class and rectangle of each.
        split: of the task's data, else empty.
        group: of the task's data, else empty.
        ground_truth: whether it is marked so.
        written: when, as text that sorts.
    """

    image: str
    classes: tuple[str, ...] = ()
    boxes: tuple[tuple[str, DrawnBox], ...] = ()
    split: str = ""
    group: str = ""
    ground_truth: bool = False
    written: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """All classes, sorted: two answers agree if these are the same."""
        return tuple(sorted([*self.classes, *(name for name, _ in self.boxes)]))


def answers_in_task(task: Row, questions: frozenset[str], skipped: PassedOver) -> Iterator[Answer]:
    """The annotations of a task, without those that were cancelled; one empty answer if there are none."""
    data = task["data"]
    image = image_of(data, f"task {task.get('id', '')}")
    split, group = side_of(as_text(data.get("split") or "")), as_text(data.get("group") or "")
    annotations = task.get("annotations") or task.get("completions") or ()
    counted = [one for one in annotations if not (one.get("was_cancelled") or one.get("skipped"))]
    for one in counted:
        classes, boxes = _read_results(one.get("result") or (), questions, image, skipped)
        written = str(one.get("updated_at") or one.get("created_at") or "")
        yield Answer(image, classes, boxes, split, group, bool(one.get("ground_truth")), written)
    if not counted:
        yield Answer(image, split=split, group=group)


def answers_in_row(row: Row, questions: frozenset[str], skipped: PassedOver) -> Iterator[Answer]:
    """The one annotation that a row of JSON-MIN or CSV stands for."""
    image = image_of(row, f"annotation {row.get('annotation_id', '')}")
    split, group = side_of(as_text(row.get("split") or "")), as_text(row.get("group") or "")
    if str(row.get("was_cancelled")) in ("True", "true"):
        yield Answer(image, split=split, group=group)
        return
    results = [result for name in sorted(questions) for result in as_results(name, row.get(name))]
    classes, boxes = _read_results(results, questions, image, skipped)
    yield Answer(image, classes, boxes, split, group, written=str(row.get("updated_at") or ""))


def _read_results(
    results: Sequence[Row], questions: frozenset[str], image: str, skipped: PassedOver
) -> tuple[tuple[str, ...], tuple[tuple[str, DrawnBox], ...]]:
    """Classes of the whole picture, and boxes; a box and its class may be two results of one id."""
    classes: list[str] = []
    areas: dict[str, Row] = {}
    names: dict[str, list[str]] = {}
    for number, result in enumerate(results):
        value, kind, key = result.get("value") or {}, result.get("type"), str(result.get("id", number))
        named = value.get(kind) or [] if kind in NAMING and result.get("from_name") in questions else []
        named = [as_text(name) for name in ([named] if isinstance(named, str) else named)]
        if is_region(value):
            areas.setdefault(key, result)
            names.setdefault(key, []).extend(named)
        else:
            classes += named
    boxes = [_box(areas[key], set(names[key]), image, skipped) for key in areas]
    return tuple(classes), tuple(box for box in boxes if box)


def _box(result: Row, names: set[str], image: str, skipped: PassedOver) -> tuple[str, DrawnBox] | None:
    value = result["value"]
    if "height" not in value or "width" not in value or "points" in value:
        skipped.add("other than a box", f"in {image}", what="shape")
    elif float(value.get("rotation") or 0) % 360 or float(result.get("image_rotation") or 0) % 360:
        skipped.add("at an angle", f"in {image}", what="box")
    elif len(names) != 1:
        skipped.add("without a class, or of several classes", f"in {image}", what="box")
    else:
        return names.pop(), _drawn(value, result)
    return None


def _drawn(value: Row, result: Row) -> DrawnBox:
    """Label Studio counts in hundredths of the picture's sides."""
    sides = [float(result.get(side) or value.get(side) or 0) for side in ("original_width", "original_height")]
    seen: Size = (sides[0], sides[1]) if min(sides) >= 1 else SHARES
    x, y, width, height = (float(value[key]) / 100 for key in ("x", "y", "width", "height"))
    edges = x * seen[0], y * seen[1], (x + width) * seen[0], (y + height) * seen[1]
    if not all(map(math.isfinite, (*edges, *seen))):
        raise ValueError(f"a box of {edges}")
    return DrawnBox(*edges, seen)
