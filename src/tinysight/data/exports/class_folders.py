"""Pictures in class folders, with manifest.csv where folders cannot say all."""

from pathlib import Path

from tinysight.data.exports.picked import Batch
from tinysight.data.raw_manifest import write_manifest

PICTURES = "."


def write(folder: Path, batch: Batch) -> None:
    """Writes what belongs beside the pictures."""
    rows = [one.picture for one in batch.picked]
    if any(row.split or row.group or row.class_name != row.path.split("/")[0] for row in rows):
        write_manifest(folder, rows)


def next_steps(folder: Path) -> str:
    """What to do with it, for people."""
    return f"Move pictures to the right class folder, then: tinysight import {folder} --update"
