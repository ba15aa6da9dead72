"""What import saw and did, for people."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tinysight.data.dataset import Quarantined
from tinysight.data.survey import Survey
from tinysight.params import FolderParams

LISTED = 10  # broken files that are shown; ingest lists all
FEW = 20  # pictures of a class: fewer say little about new ones
NEXT = (
    "git add conf params.yaml data/raw.dvc && git commit -m 'My own pictures'",
    "dvc repro     # train every candidate, judge them, register the best",
    "make serve    # then send it a picture",
)


@dataclass(frozen=True)
class ImportReport:
    """What import saw and did.

    Attributes:
        dataset: the configuration now in conf/dataset/mine.yaml.
        kept_file: whether that file was there already and was left alone.
        brought: how many files are new in data/raw.
        classes: readable pictures by class.
        formats: readable pictures by file format.
        modes: readable pictures by Pillow's mode.
        short_sides: least, median and largest short side in pixels.
        broken: files that cannot be read, with reasons; ingest lists them again.
        notes: what else is worth knowing.
    """

    dataset: FolderParams
    kept_file: bool
    brought: int
    classes: Mapping[str, int]
    formats: Mapping[str, int]
    modes: Mapping[str, int]
    short_sides: tuple[int, int, int]
    broken: Sequence[Quarantined]
    notes: Sequence[str]

    def text(self) -> str:
        """The report as lines for a terminal."""
        return "\n".join([*self._found(), *self._chosen(), "next:", *(f"  {command}" for command in NEXT)])

    def _found(self) -> Iterator[str]:
        width = max(map(len, self.classes))
        yield f"{sum(self.classes.values()):,} pictures in {len(self.classes)} classes; {self.brought:,} files are new"
        yield from (f"  {name:<{width}}  {count:,}" for name, count in self.classes.items())
        yield f"formats: {_counts(self.formats)}"
        yield f"modes: {_counts(self.modes)}"
        yield "short sides: {} to {} pixels, median {}".format(*(self.short_sides[i] for i in (0, 2, 1)))
        if self.broken:
            yield f"broken: {len(self.broken)}, set aside, nothing fails because of them"
            yield from (f"  {entry.path}: {entry.reason}" for entry in self.broken[:LISTED])
        if len(self.broken) > LISTED:
            yield f"  and {len(self.broken) - LISTED} more; all will be in data/dataset/quarantine.csv"
        yield from (f"note: {note}" for note in self.notes)

    def _chosen(self) -> Iterator[str]:
        dataset = self.dataset
        yield f"conf/dataset/mine.yaml was {'left as it is' if self.kept_file else 'written; its comments explain'}:"
        yield f"  name {dataset.name}, image_size {dataset.image_size}, fit {dataset.fit},"
        yield f"  background {list(dataset.background)}, window {dataset.window and list(dataset.window)}"


def report_of(dataset: FolderParams, found: Survey, brought: int, *, kept_file: bool) -> ImportReport:
    """Counts what the survey found."""
    looks = found.looks
    short = [min(look.size) for look in looks]
    classes = _sorted(Counter(look.file.class_name for look in looks))
    return ImportReport(
        dataset=dataset,
        kept_file=kept_file,
        brought=brought,
        classes=dict(sorted(classes.items())),
        formats=_sorted(Counter(look.format for look in looks)),
        modes=_sorted(Counter(look.mode for look in looks)),
        short_sides=(min(short), int(np.median(short)), max(short)),
        broken=found.broken,
        notes=[*_notes(dataset, found, classes)],
    )


def _notes(dataset: FolderParams, found: Survey, classes: Mapping[str, int]) -> Iterator[str]:
    colour = sum(look.deep_colour for look in found.looks)
    if colour:
        yield f"{colour} pictures have colours of 16 bits; the upper 8 bits are used."
    if dataset.window is None and any(look.counts.size for look in found.looks):
        yield "There are grey pictures of more than 8 bits now: set `window` in conf/dataset/mine.yaml for them."
    few = [name for name, count in classes.items() if count < FEW]
    if few:
        yield f"Fewer than {FEW} pictures: {', '.join(few)}. See docs/before-you-photograph.md."


def _sorted(counts: "Counter[str]") -> dict[str, int]:
    return dict(counts.most_common())


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())
