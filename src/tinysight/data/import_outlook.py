"""What an import found and what data/raw would become of it: nothing is changed here."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from tinysight.data.dataset import Quarantined
from tinysight.data.import_source import OpenedSource
from tinysight.data.raw_manifest import MANIFEST, read_manifest
from tinysight.data.raw_plan import Plan, Present, plan_added, plan_new, plan_updated
from tinysight.data.sources import folder
from tinysight.data.sources.source import SourceFile
from tinysight.data.survey import Look, Survey, survey
from tinysight.params import FolderParams

# what becomes of the pictures in data/raw: they forbid an import, stay as they are, give way to the new ones, or get
# the class, side and group that the source says of them
Existing = Literal["refuse", "add", "replace", "update"]
NOTHING = Survey((), ())


@dataclass(frozen=True)
class Outlook:
    """The data set to come.

    Attributes:
        opened: the source.
        plan: where its pictures go, and what becomes of those in data/raw.
        looks: the readable pictures to come, by their place and class in data/raw.
        broken: the files that cannot be read, by their path in the source or in data/raw.
        classes: every class that has a file, and the classes of files that are missing.
    """

    opened: OpenedSource
    plan: Plan
    looks: Sequence[Look]
    broken: Sequence[Quarantined]
    classes: Sequence[str]

    @property
    def refusal(self) -> str:
        """Why no data set can be made of it; empty if one can."""
        readable = {look.file.class_name for look in self.looks}
        for name in self.classes:
            if name not in readable:
                first = next((entry for entry in self.broken if (entry.path, name) in self._classes_of), None)
                example = f"The first, {first.path}: {first.reason}" if first else ""
                return f"No file of class {name} can be read. {example} Repair them, or remove them from the source."
        if len(readable) < 2:
            return f"There is one class only: {', '.join(readable)}. At least two are needed. Add pictures of another."
        return ""

    @property
    def _classes_of(self) -> set[tuple[str, str]]:
        here = {(place.kept, place.picture.class_name) for place in self.plan.places}
        return here | {(file.path, file.class_name) for file in self.opened.listing.files}


def look_ahead(opened: OpenedSource, raw: Path, existing: Existing, *, in_place: bool) -> Outlook:
    """Looks at every picture, and plans.

    Args:
        opened: the source.
        raw: data/raw.
        existing: what to do with the pictures that are there.
        in_place: the source is data/raw itself, whose pictures stay as they lie.
    """
    files = opened.listing.files
    theirs = survey(files)
    if in_place:
        return _outlook(opened, _as_it_lies(_present(raw, files, theirs)), NOTHING, theirs)
    if existing in ("refuse", "replace"):
        return _outlook(opened, plan_new(files, theirs.digests), theirs, NOTHING)
    lying = _list_raw(raw)
    mine = survey(lying, "look at data/raw")
    plan = plan_added if existing == "add" else plan_updated
    return _outlook(opened, plan(_present(raw, lying, mine), files, theirs.digests), theirs, mine)


def _outlook(opened: OpenedSource, plan: Plan, theirs: Survey, mine: Survey) -> Outlook:
    """Puts together what two surveys saw, as far as the plan keeps it."""
    new, old = ({look.file.path: look for look in found.looks} for found in (theirs, mine))
    looks = []
    for place in plan.places:
        look = old.get(place.kept) if place.kept else new.get(place.file.path)
        if look is not None:
            looks.append(replace(look, file=replace(look.file, class_name=place.picture.class_name)))
    classes = {place.picture.class_name for place in plan.places}
    classes |= {file.class_name for file in opened.listing.files if file.path not in theirs.digests}
    return Outlook(opened, plan, looks, [*mine.broken, *theirs.broken], sorted(classes))


def _list_raw(raw: Path) -> Sequence[SourceFile]:
    """The pictures of data/raw as its manifest.csv and its folders say."""
    dataset = FolderParams(
        kind="folder", name="raw", path=str(raw.resolve()), image_size=64, fit="pad", background=(255, 255, 255),
        window=None, group_pattern=None, leaks="refuse",
    )  # fmt: skip
    return sorted(folder.list_files(dataset, raw).files, key=lambda file: file.path)


def _present(raw: Path, files: Sequence[SourceFile], found: Survey) -> Present:
    lying = [file for file in files if os.path.lexists(raw / file.path)]
    pictures = {MANIFEST, *(file.path for file in lying)}
    below = (path.relative_to(raw).as_posix() for path in sorted(raw.rglob("*")) if not path.is_dir())
    others = [path for path in below if path not in pictures]
    return Present(lying, found.digests, {row.path: row for row in read_manifest(raw)}, others)


def _as_it_lies(present: Present) -> Plan:
    return Plan([present.as_place(file) for file in present.files], present.others, bool(present.manifest))
