"""What changed since a revision of git: the pictures, class by class, and the settings."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from tinysight.data.imageset import SAMPLES, read_samples
from tinysight.paths import Paths
from tinysight.tracking.changes import Change, changes
from tinysight.tracking.record import prefixed
from tinysight.tracking.work_tree import file_at

NOT_SHOWN = ("generated", "logger")  # sections that change no result


@dataclass(frozen=True)
class ClassChange:
    """The pictures of one class: how many there were and are, and what came, went and changed its class."""

    name: str
    before: int
    now: int
    came: int
    gone: int
    renamed: int


def settings_since(paths: Paths, base: str) -> list[Change] | None:
    """The settings that differ from those of a revision; None where it has no params.yaml."""
    text = file_at(paths.root, base, paths.params.name)
    if text is None:
        return None
    return changes(_flat(text), _flat(paths.params.read_text(encoding="utf-8")))


def _flat(text: str) -> dict[str, str]:
    content = yaml.safe_load(text) or {}
    return prefixed("", {name: value for name, value in content.items() if name not in NOT_SHOWN})


def pictures_since(paths: Paths, base: str) -> list[ClassChange] | None:
    """Class by class, how the pictures differ from those of a revision; None where those cannot be had."""
    before = _classes_at(paths.root, base)
    if before is None:
        return None
    now = {sample.digest: sample.class_name for sample in read_samples(paths.dataset / SAMPLES)}
    return list(_compared(before, now))


def _classes_at(root: Path, base: str) -> Mapping[str, str] | None:
    """Digest to class name as of a revision, from DVC's cache or remote."""
    if file_at(root, base, "dvc.lock") is None:
        return None
    import dvc.api
    from dvc.exceptions import DvcException

    try:
        text = dvc.api.read(f"data/dataset/{SAMPLES}", repo=str(root), rev=base)
    except (DvcException, OSError):
        return None
    return {row["digest"]: row["class_name"] for row in csv.DictReader(io.StringIO(text))}


def _compared(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[ClassChange]:
    was, has = Counter(before.values()), Counter(now.values())
    came = Counter(name for digest, name in now.items() if digest not in before)
    gone = Counter(name for digest, name in before.items() if digest not in now)
    renamed = Counter(name for digest, name in now.items() if before.get(digest, name) != name)
    for name in sorted(was | has):
        yield ClassChange(name, was[name], has[name], came[name], gone[name], renamed[name])


def any_change(classes: Sequence[ClassChange]) -> bool:
    """Whether a picture came, went or changed its class."""
    return any(one.came or one.gone or one.renamed for one in classes)
