"""What import saw and did, or would do, for people."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tinysight.data.dataset import Quarantined
from tinysight.data.import_outlook import Outlook
from tinysight.data.import_problems import find_problems
from tinysight.data.raw_plan import Place, Plan
from tinysight.data.sides import SIDES
from tinysight.params import FolderParams

LISTED = 10  # broken or moved files that are shown; ingest lists all that are broken
UNITS = ((10**9, "GB"), (10**6, "MB"), (1000, "kB"))
NEXT = (
    "git add conf params.yaml data/raw.dvc && git commit -m 'My own pictures'",
    "dvc repro     # train every candidate, judge them, register the best",
    "make serve    # then send it a picture",
)


@dataclass(frozen=True)
class ImportReport:
    """What import saw and did, or would do.

    Attributes:
        dataset: the configuration in conf/dataset/mine.yaml; in a dry run what would be written there, None if nothing.
        kept_file: whether that file was there already and was left alone.
        dry_run: whether nothing was done.
        source: the format that was found.
        plan: where each picture goes.
        classes: readable pictures by class.
        sides: by class, how many pictures stand on each given side; empty without sides.
        formats: readable pictures by file format.
        modes: readable pictures by Pillow's mode.
        short_sides: least, median and largest short side in pixels; None without a readable picture.
        file_bytes: of all readable pictures together.
        broken: files that cannot be read, with reasons; ingest lists those again that were brought.
        notes: problems, and what else is worth knowing.
        refusal: why a dry run would end in an error; else empty.
    """

    dataset: FolderParams | None
    kept_file: bool
    dry_run: bool
    source: str
    plan: Plan
    classes: Mapping[str, int]
    sides: Mapping[str, Mapping[str, int]]
    formats: Mapping[str, int]
    modes: Mapping[str, int]
    short_sides: tuple[int, int, int] | None
    file_bytes: int
    broken: Sequence[Quarantined]
    notes: Sequence[str]
    refusal: str = ""

    @property
    def brought(self) -> int:
        """How many files are new in data/raw."""
        return len(self.plan.new)

    def text(self, *, next_steps: bool = True) -> str:
        """The report as lines for a terminal."""
        if self.dry_run:
            return "\n".join([*self._found(), *self._would()])
        written = "left as it is" if self.kept_file else "written; its comments explain"
        done = [f"conf/dataset/mine.yaml was {written}:", *self._settings()]
        then = ["next:", *(f"  {line}" for line in NEXT)] if next_steps else []
        return "\n".join([*self._found(), *done, *then])

    def _found(self) -> Iterator[str]:
        yield f"source: {self.source}"
        new = f"{self.brought:,} files are new" + (f", {self.plan.known:,} were known" if self.plan.known else "")
        yield f"{sum(self.classes.values()):,} pictures in {len(self.classes)} classes; {new}"
        yield from self._of_each_class()
        yield f"formats: {_counts(self.formats)}"
        yield f"modes: {_counts(self.modes)}"
        if self.short_sides:
            least, median, largest = self.short_sides
            yield f"short sides: {least} to {largest} pixels, median {median}; {_size(self.file_bytes)} in all"
        if self.plan.relabelled:
            yield f"labelled anew: {len(self.plan.relabelled)}"
            yield from _some([_change(old, new) for old, new in self.plan.relabelled])
        if self.broken:
            yield f"broken or missing: {len(self.broken)}; nothing fails because of them"
            yield from _some([f"{entry.path}: {entry.reason}" for entry in self.broken])
        yield from (f"note: {note}" for note in self.notes)

    def _of_each_class(self) -> Iterator[str]:
        width = max(map(len, self.classes), default=0)
        folders = {place.picture.class_name: place.folder for place in self.plan.places}
        for name, count in self.classes.items():
            sides = ", ".join(f"{side} {self.sides[name].get(side, 0):,}" for side in SIDES) if self.sides else ""
            folder = f"data/raw/{folders[name]}" if folders.get(name, name) != name else ""
            yield f"  {name:<{width}}  {count:,}  {sides}  {folder}".rstrip()

    def _settings(self) -> Iterator[str]:
        dataset = self.dataset
        if dataset is not None:
            yield f"  name {dataset.name}, image_size {dataset.image_size}, fit {dataset.fit},"
            yield f"  background {list(dataset.background)}, window {dataset.window and list(dataset.window)}"

    def _would(self) -> Iterator[str]:
        yield "Nothing was changed."
        if self.refusal:
            yield f"Without --dry-run this would end in an error: {self.refusal}"
            return
        yield "Without --dry-run this would"
        if self.plan.new:
            yield f"  write {self.brought:,} files into data/raw, for instance"
            yield from (f"    {place.file.path} as {place.picture.path}" for place in self.plan.new[:3])
        if self.plan.needs_manifest:
            yield "  write data/raw/manifest.csv: what the folders cannot say (classes, sides, groups, origins)"
        yield "  put data/raw under DVC (dvc add)"
        yield "  make conf/dataset/mine.yaml every command's data set" + (", written with" if self.dataset else "")
        yield from (f"  {line}" for line in self._settings())


def report_of(
    outlook: Outlook,
    dataset: FolderParams | None,
    *,
    kept_file: bool = False,
    dry_run: bool = False,
    refusal: str = "",
    notes: Sequence[str] = (),
) -> ImportReport:
    """Counts what was found.

    Args:
        outlook: the data set to come.
        dataset: the configuration; in a dry run what would be written, None if mine.yaml stays as it is.
        kept_file: whether mine.yaml stays as it was.
        dry_run: whether nothing was done.
        refusal: why it cannot be imported, else empty.
        notes: of whoever imports.
    """
    looks = outlook.looks
    short = [min(look.size) for look in looks]
    deep = any(look.counts.size for look in looks)
    return ImportReport(
        dataset=dataset,
        kept_file=kept_file,
        dry_run=dry_run,
        source=outlook.opened.words,
        plan=outlook.plan,
        classes=dict(sorted(Counter(look.file.class_name for look in looks).items())),
        sides=_sides(outlook.plan),
        formats=dict(Counter(look.format for look in looks).most_common()),
        modes=dict(Counter(look.mode for look in looks).most_common()),
        short_sides=(min(short), int(np.median(short)), max(short)) if short else None,
        file_bytes=sum(look.file_bytes for look in looks),
        broken=outlook.broken,
        notes=[*find_problems(outlook), *notes, *([NO_WINDOW] if deep and dataset and dataset.window is None else [])],
        refusal=refusal,
    )


NO_WINDOW = "There are grey pictures of more than 8 bits now: set `window` in conf/dataset/mine.yaml for them."


def _sides(plan: Plan) -> dict[str, "Counter[str]"]:
    pictures = [place.picture for place in plan.places]
    if not any(one.split for one in pictures):
        return {}
    names = {one.class_name for one in pictures}
    return {name: Counter(one.split for one in pictures if one.class_name == name) for name in names}


def _change(old: Place, new: Place) -> str:
    said = ((name, getattr(old.picture, name), getattr(new.picture, name)) for name in ("class_name", "split", "group"))
    return f"{old.kept}: " + ", ".join(f"{name} {was or 'none'} → {now}" for name, was, now in said if was != now)


def _size(count: int) -> str:
    return next(f"{count / unit:,.1f} {name}" for unit, name in UNITS if count >= unit or unit == 1000)


def _some(lines: Sequence[str]) -> Iterator[str]:
    yield from (f"  {line}" for line in lines[:LISTED])
    if len(lines) > LISTED:
        yield f"  and {len(lines) - LISTED:,} more"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items()) or "none"
