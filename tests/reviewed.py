"""A project of `tinysight feedback review` as Label Studio would export it after somebody has labelled it."""

import json
from collections.abc import Mapping
from pathlib import Path

from formats_label_studio import task


def answered(project: Path, classes: Mapping[str, str]) -> Path:
    """The export, beside the project's pictures.

    Args:
        project: the folder that was written.
        classes: what each picture shows, by its digest; others are left out.
    """
    tasks = json.loads((project / "tasks.json").read_text(encoding="utf-8"))
    done = [
        task(number, one["data"], [choice(classes[one["data"]["digest"]])])
        for number, one in enumerate(tasks)
        if one["data"]["digest"] in classes
    ]
    export = project / "project.json"
    export.write_text(json.dumps(done), encoding="utf-8")
    return export


def choice(class_name: str) -> dict[str, object]:
    """What Label Studio writes for one choice."""
    value = {"choices": [class_name]}
    return {"id": "x", "from_name": "class", "to_name": "image", "type": "choices", "origin": "manual", "value": value}
