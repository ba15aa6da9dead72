"""What was decided of each picture, by its content: its class or none, by whom, and whether it is in data/raw yet."""

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

from tinysight.data.csv_table import read_rows
from tinysight.whole_file import write_table


@dataclass(frozen=True)
class Decision:
    """One line of decisions.csv.

    Attributes:
        digest: sha256 of the picture's bytes.
        class_name: what it shows; empty for none of the classes.
        by: who said so: the reviewed export's name, or whose feedback it was.
        merged: `yes` once it has been merged; beside no class: data/raw got it as another decision said.
    """

    digest: str
    class_name: str
    by: str
    merged: str = ""


COLUMNS = tuple(field.name for field in fields(Decision))


def read_decisions(path: Path) -> dict[str, Decision]:
    """All of them by digest; none where there is no such file yet.

    Raises:
        DataError: if the file is damaged.
    """
    if not path.exists():
        return {}
    return {cells["digest"]: Decision(**cells) for _, cells in read_rows(path, COLUMNS, only=COLUMNS, exact=True)}


def write_decisions(path: Path, decisions: Iterable[Decision]) -> None:
    """Writes them whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(path, COLUMNS, (astuple(one) for one in decisions))


def decide(known: Mapping[str, Decision], new: Iterable[Decision]) -> tuple[dict[str, Decision], int]:
    """The decisions with new ones, and how many of these say something that was not known."""
    after, changed = dict(known), 0
    for one in new:
        before = after.get(one.digest)
        if before is None or before.class_name != one.class_name:
            after[one.digest] = replace(one, merged="" if one.class_name or before is None else before.merged)
            changed += 1
    return after, changed
