"""The forty pictures as Label Studio exports them."""

import csv
import io
import json
import re
from collections.abc import Callable
from hashlib import md5
from pathlib import Path
from typing import Any
from urllib.parse import quote

from forty_pictures import Format, Picture, forty_pictures
from sheets import CROPS, Box, put, sheets

STAMP = "2024-05-17T09:30:00.123456Z"


def uploaded(name: str) -> str:
    """What Label Studio calls an uploaded file."""
    plain = re.sub(r"[^-\w.]", "", name.replace(" ", "_"))
    return f"{md5(name.encode()).hexdigest()[:8]}-{plain}"


def task(number: int, data: dict[str, Any], results: list[dict[str, Any]]) -> dict[str, Any]:
    """A task of Label Studio's JSON with one annotation."""
    annotation = {
        "id": number,
        "completed_by": 1,
        "result": results,
        "was_cancelled": False,
        "ground_truth": False,
        "created_at": STAMP,
        "updated_at": STAMP,
        "draft_created_at": None,
        "lead_time": 2.5,
        "prediction": {},
        "result_count": len(results),
        "import_id": None,
        "last_action": None,
        "task": number,
        "project": 1,
    }
    return {
        "id": number,
        "annotations": [annotation],
        "drafts": [],
        "predictions": [],
        "data": data,
        "meta": {},
        "created_at": STAMP,
        "updated_at": STAMP,
        "inner_id": number,
        "total_annotations": 1,
        "project": 1,
        "cancelled_annotations": 0,
        "total_predictions": 0,
        "comment_count": 0,
        "comment_authors": [],
    }


def choice(label: str, **more: Any) -> dict[str, Any]:
    """One result of the tag Choices."""
    value = {"choices": [label]}
    result = {"value": value, "id": "aB3dE6gH9j", "from_name": "choice", "to_name": "image", "type": "choices"}
    return {**result, "origin": "manual", **more}


def rectangle(label: str, box: Box, size: tuple[int, int], **more: Any) -> dict[str, Any]:
    """One result of the tag RectangleLabels: hundredths of the picture."""
    (left, top, right, bottom), (width, height) = box, size
    edges = {"x": left / width * 100, "y": top / height * 100}
    sides = {"width": (right - left) / width * 100, "height": (bottom - top) / height * 100}
    value = {**edges, **sides, "rotation": 0, "rectanglelabels": [label]}
    names = {"from_name": "label", "to_name": "image", "type": "rectanglelabels", "origin": "manual"}
    shown = {"original_width": width, "original_height": height, "image_rotation": 0}
    return {**shown, "value": value, "id": f"r{left}x{top}", **names, **more}


def write_label_studio_json(folder: Path) -> Path:
    """JSON of uploaded pictures, with the names that the upload gave them."""
    tasks = []
    for number, one in enumerate(forty_pictures(), start=1):
        name = uploaded(one.name)
        put(folder, f"images/{name}", one.data)
        data = {"image": f"/data/upload/1/{quote(name)}"}
        tasks.append({**task(number, data, [choice(one.class_name)]), "file_upload": name})
    put(folder, "project-1-at-2024-05-17-09-30-1a2b3c4d.json", json.dumps(tasks, ensure_ascii=False))
    return folder


def write_label_studio_local(folder: Path) -> Path:
    """JSON of local files; the tasks carry sides and groups, as `tinysight samples` writes them."""
    tasks = []
    for number, one in enumerate(forty_pictures(), start=1):
        put(folder, f"pictures/{one.class_name}/{one.name}", one.data)
        path = quote(f"pictures/{one.class_name}/{one.name}")
        data = {"image": f"/data/local-files/?d={path}", "split": one.split, "group": one.group}
        tasks.append(task(number, data, [choice(one.class_name)]))
    put(folder, "export.json", json.dumps(tasks, indent=2))
    return folder / "export.json"


def write_label_studio_crops(folder: Path) -> Path:
    """JSON of boxes on uploaded pictures that were kept under their old names."""
    tasks = []
    for number, sheet in enumerate(sheets(), start=1):
        put(folder, f"images/{sheet.name}", sheet.data)
        results = [rectangle(one.class_name, box, sheet.size) for one, box in sheet.things]
        tasks.append(task(number, {"image": f"/data/upload/1/{quote(uploaded(sheet.name))}"}, results))
    put(folder, "export.json", json.dumps(tasks))
    return folder / "export.json"


def min_rows(image: Callable[[Picture], str]) -> list[dict[str, Any]]:
    """What JSON-MIN and CSV hold: a line for each annotation."""
    rows = []
    for number, one in enumerate(forty_pictures(), start=1):
        answer = {"image": image(one), "id": number, "choice": one.class_name, "annotator": 1, "annotation_id": number}
        rows.append({**answer, "created_at": STAMP, "updated_at": STAMP, "lead_time": 2.5})
    return rows


def write_label_studio_min(folder: Path) -> Path:
    """JSON-MIN, with the pictures under the names that they had before the upload."""
    for one in forty_pictures():
        put(folder, f"my pictures/{one.name}", one.data)
    rows = min_rows(lambda one: f"/data/upload/1/{quote(uploaded(one.name))}")
    put(folder, "export.json", json.dumps(rows, indent=2, ensure_ascii=False))
    return folder / "export.json"


def write_label_studio_csv(folder: Path) -> Path:
    """CSV: sorted columns, text in quotes, numbers without; CRLF."""
    for one in forty_pictures():
        put(folder, f"pictures/{one.name}", one.data)
    text = io.StringIO(newline="")
    rows = [{**row, "was_cancelled": False} for row in min_rows(lambda one: f"pictures/{one.name}")]
    writer = csv.DictWriter(text, sorted(rows[0]), quoting=csv.QUOTE_NONNUMERIC)
    writer.writeheader()
    writer.writerows(rows)
    put(folder, "export.csv", text.getvalue())
    return folder / "export.csv"


JSON = Format("label studio json", write_label_studio_json, "label_studio")
LOCAL = Format("label studio local files", write_label_studio_local, "label_studio", sides=True, groups=True)
BOXES = Format("label studio crops", write_label_studio_crops, "label_studio", CROPS, groups=True, made=True)
MIN = Format("label studio min", write_label_studio_min, "label_studio")
CSV = Format("label studio csv", write_label_studio_csv, "label_studio")
LABEL_STUDIO = (JSON, LOCAL, BOXES, MIN, CSV)
