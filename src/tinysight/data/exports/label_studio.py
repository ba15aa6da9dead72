"""Tasks for Label Studio, the labelling interface that fits them, and the pictures as its local files."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from tinysight.data.exports.picked import Batch, Opinion, Picked
from tinysight.whole_file import write_whole

PICTURES = "pictures"
TASKS, CONFIG = "tasks.json", "label_config.xml"
LOCAL_FILES = "/data/local-files/?d="  # Label Studio serves files below its document root under this address


def write(folder: Path, batch: Batch) -> None:
    """Writes tasks.json and label_config.xml.

    Labels that are right are annotations, which count; others are predictions, which somebody must confirm.
    """
    tasks = [_task(one, labelled=batch.labelled) for one in batch.picked]
    write_whole(folder / TASKS, json.dumps(tasks, indent=1, ensure_ascii=False) + "\n")
    write_whole(folder / CONFIG, _config(batch.class_names))


def next_steps(folder: Path) -> str:
    """What to do with it, for people."""
    place = folder.resolve()
    return "\n".join(
        [
            "In Label Studio, started with LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED=true and",
            f"LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT={place}:",
            f"  1. make a project with {CONFIG} as its labelling interface (Code),",
            f"  2. add the source storage Local files {place / PICTURES} (no need to sync it),",
            f"  3. import {TASKS}, label, export as JSON,",
            f"then: tinysight import EXPORT.json --images {folder} --update",
        ]
    )


def _task(one: Picked, *, labelled: bool) -> dict[str, Any]:
    picture, suggested = one.picture, one.reason.suggested
    data = {
        "image": LOCAL_FILES + quote(f"{PICTURES}/{picture.path}"),
        "split": picture.split,
        "group": picture.group,
        "digest": one.digest,
        "reason": one.reason.words,
        "suggested": suggested.class_name if suggested else "",
    }
    if labelled:
        return {"data": data, "annotations": [{"result": _choice(picture.class_name)}]}
    present = Opinion(picture.class_name, one.reason.confidence, "present label")
    return {"data": data, "predictions": [*_predictions(suggested), *_predictions(present)]}


def _predictions(opinion: Opinion | None) -> Iterator[dict[str, Any]]:
    if opinion:
        score = {} if opinion.confidence is None else {"score": round(opinion.confidence, 4)}
        yield {"model_version": opinion.whose, **score, "result": _choice(opinion.class_name)}


def _choice(class_name: str) -> list[dict[str, Any]]:
    value = {"choices": [class_name]}
    return [{"from_name": "class", "to_name": "image", "type": "choices", "value": value}]


def _config(class_names: Sequence[str]) -> str:
    choices = "".join(f"    <Choice value={quoteattr(name)}/>\n" for name in class_names)
    return (
        "<View>\n"
        '  <Image name="image" value="$image"/>\n'
        '  <Choices name="class" toName="image" choice="single" required="true" showInLine="true">\n'
        f"{choices}"
        "  </Choices>\n"
        '  <Text name="reason" value="$reason"/>\n'
        "</View>\n"
    )
