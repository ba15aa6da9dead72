"""A checkout with the forty pictures, ingested, and what a labelling tool makes of an export."""

import json
from pathlib import Path
from typing import Any

from formats import FORMATS
from projects import make_project

from tinysight.config import load_params
from tinysight.data.detection import Asked
from tinysight.data.importing import import_pictures
from tinysight.data.raw_manifest import RawPicture, read_manifest
from tinysight.paths import Paths
from tinysight.stages import ingest

ODD = "o-ring/seal"  # a class whose folder must have another name
Label = tuple[str, str, str]  # class, side and group


def forty_in_project(folder: Path) -> Paths:
    """Imports the forty pictures with sides, groups and an odd class name, and runs ingest."""
    paths = Paths(make_project(folder / "project"))
    (folder / "source").mkdir()
    source = next(form for form in FORMATS if form.name == "excel").write(folder / "source")
    source.write_bytes(source.read_bytes().replace(b"o-ring", ODD.encode()))
    import_pictures(source, paths, asked=Asked())
    ingest.run(load_params(paths.params), paths)
    return paths


def labels_in(raw: Path) -> dict[str, Label]:
    """Class, side and group of each picture in data/raw by its content."""
    return {_content(raw, row): (row.class_name, row.split, row.group) for row in read_manifest(raw)}


def _content(raw: Path, row: RawPicture) -> str:
    return (raw / row.path).read_bytes().hex()


def labelled_by_hand(tasks: Path, answers: dict[int, str]) -> list[dict[str, Any]]:
    """What Label Studio exports as JSON when somebody has answered some of the tasks."""
    exported = []
    for number, task in enumerate(json.loads(tasks.read_text(encoding="utf-8"))):
        result = [
            {"value": {"choices": [answers[number]]}, "id": f"r{number}", "from_name": "class", "to_name": "image",
             "type": "choices", "origin": "manual"}
        ] if number in answers else []  # fmt: skip
        annotation = {"id": number, "completed_by": 1, "result": result, "was_cancelled": False, "lead_time": 2.5}
        annotations = [annotation] if result else task.get("annotations", [])
        exported.append({"id": number + 1, "annotations": annotations, "drafts": [],
                         "predictions": [7] if "predictions" in task else [], "data": task["data"], "meta": {},
                         "project": 1, "inner_id": number + 1})  # fmt: skip
    return exported
