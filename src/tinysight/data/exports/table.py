"""A CSV table beside a folder of pictures."""

from pathlib import Path

from tinysight.data.exports.picked import Batch, Picked
from tinysight.whole_file import write_table

PICTURES = "pictures"
TABLE = "samples.csv"
COLUMNS = ("path", "class_name", "split", "group", "digest", "reason", "suggested")


def write(folder: Path, batch: Batch) -> None:
    """Writes samples.csv; its paths start at its own folder."""
    write_table(folder / TABLE, COLUMNS, (_row(one) for one in batch.picked))


def next_steps(folder: Path) -> str:
    """What to do with it, for people."""
    return f"Correct the column class_name of {folder / TABLE}, then: tinysight import {folder / TABLE} --update"


def _row(one: Picked) -> tuple[str, ...]:
    picture, suggested = one.picture, one.reason.suggested
    said = one.reason.words, suggested.class_name if suggested else ""
    return f"{PICTURES}/{picture.path}", picture.class_name, picture.split, picture.group, one.digest, *said
