"""Which pictures the page shows for each finding: a few of many, with what is said of each."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tinysight.data.imageset import Sample
from tinysight.data.report.content import DataReport, Mislabelled
from tinysight.data.report.titles import title_of
from tinysight.data.violation import Violation

PICTURES = {"error": 48, "warning": 36, "note": 16}  # of one finding
SETS = {"error": 24, "warning": 16, "note": 8}
OF_A_SET = 8
MESSAGES = 12
REASONS, OF_A_REASON = 20, 40
NUMBER = re.compile(r"\d[\d.,]*")
QUARANTINE, DOUBTED = "unreadable", "label_errors"  # checks that are shown in a way of their own


@dataclass(frozen=True)
class Shown:
    """One picture in a gallery.

    Attributes:
        row: in the ImageSet; None for a file that is no picture.
        path: below the source.
        class_name: what its label says.
        side: of the split, empty for none.
        detail: what is special about it.
        likely: the class that it looks like, where its label is doubted.
    """

    row: int | None
    path: str
    class_name: str
    side: str
    detail: str = ""
    likely: str = ""


@dataclass(frozen=True)
class ShownSet:
    """Pictures that belong together.

    Attributes:
        caption: what is said of all of them, else empty.
        pictures: some of them.
        more: how many are not shown.
    """

    caption: str
    pictures: tuple[Shown, ...]
    more: int


@dataclass(frozen=True)
class Reason:
    """Files that cannot be read for one reason, and how many of them are not named."""

    text: str
    paths: tuple[str, ...]
    more: int

    @property
    def count(self) -> int:
        """How many files there are."""
        return len(self.paths) + self.more


@dataclass(frozen=True)
class Gallery:
    """What one check found, on the page: single pictures, sets of them, or files that are no pictures.

    Attributes:
        anchor: its id on the page.
        title: of the check.
        level: of the gravest of its findings.
        count: how often; where it found several things, how many.
        messages: one for each thing.
        more_messages: things that are not told.
        pictures: where they stand alone.
        sets: where they belong together.
        reasons: where there is nothing to see.
        more: pictures, sets or reasons that are not shown.
    """

    anchor: str
    title: str
    level: str
    count: int
    messages: tuple[str, ...]
    more_messages: int = 0
    pictures: tuple[Shown, ...] = ()
    sets: tuple[ShownSet, ...] = ()
    reasons: tuple[Reason, ...] = ()
    more: int = 0

    @property
    def rows(self) -> list[int]:
        """The pictures that it shows."""
        every = [*self.pictures, *(one for members in self.sets for one in members.pictures)]
        return [one.row for one in every if one.row is not None]


class Catalogue:
    """Knows each picture by its path."""

    def __init__(self, samples: Sequence[Sample], sides: Sequence[str]) -> None:
        self.samples, self.sides = samples, sides
        self.rows: Mapping[str, int] = {sample.path: row for row, sample in enumerate(samples)}

    def show(self, path: str, detail: str = "", likely: str = "") -> Shown:
        """What a gallery says of a picture."""
        row = self.rows.get(path)
        if row is None:
            return Shown(None, path, "", "", detail, likely)
        return Shown(row, path, self.samples[row].class_name, self.sides[row], detail, likely)


def galleries(report: DataReport, catalogue: Catalogue) -> list[Gallery]:
    """A gallery for each check that found something, in the report's order."""
    doubted = {one.path: one for one in report.mislabelled}
    together: defaultdict[str, list[Violation]] = defaultdict(list)
    for found in report.findings:
        together[found.check].append(found)
    return [
        gallery_of(f"found-{check}", title_of(check), found, catalogue, doubted) for check, found in together.items()
    ]


def gallery_of(
    anchor: str,
    title: str,
    findings: Sequence[Violation],
    catalogue: Catalogue,
    doubted: Mapping[str, Mislabelled] | None = None,
) -> Gallery:
    """The gallery of what one check found, the gravest first."""
    first = findings[0]
    count = first.count if len(findings) == 1 else len(findings)
    messages = tuple(found.message for found in findings)
    empty = Gallery(
        anchor, title, first.level, count, messages[:MESSAGES], more_messages=max(0, len(messages) - MESSAGES)
    )
    details = {path: words for found in findings for path, words in zip(found.paths, found.details, strict=False)}
    if first.check == QUARANTINE:
        reasons = _reasons(details)
        return replace(empty, reasons=tuple(reasons[:REASONS]), more=max(0, len(reasons) - REASONS))
    sets = [members for found in findings for members in found.sets]
    if sets:
        shown = tuple(_set(members, details, catalogue) for members in sets[: SETS[first.level]])
        return replace(empty, sets=shown, more=len(sets) - len(shown))
    paths = list(dict.fromkeys(path for found in findings for path in found.paths))
    if doubted and first.check == DOUBTED:
        pictures = [catalogue.show(p, f"{doubted[p].confidence * 100:.0f} % sure", doubted[p].likely) for p in paths]
    else:
        pictures = [catalogue.show(path, details.get(path, "")) for path in paths[: PICTURES[first.level]]]
    return replace(empty, pictures=tuple(pictures), more=len(paths) - len(pictures))


def _set(members: Sequence[str], details: Mapping[str, str], catalogue: Catalogue) -> ShownSet:
    shown = [catalogue.show(path, details.get(path, "")) for path in members[:OF_A_SET]]
    said = {one.detail for one in shown}
    caption = said.pop() if len(said) == 1 else ""
    if caption or all(one.detail == f"class {one.class_name}" for one in shown):
        shown = [replace(one, detail="") for one in shown]
    caption = "" if caption == f"class {shown[0].class_name}" else caption
    return ShownSet(caption, tuple(shown), max(0, len(members) - OF_A_SET))


def _reasons(details: Mapping[str, str]) -> list[Reason]:
    """The commonest reason first; reasons that differ in their numbers only are one."""
    paths: defaultdict[str, list[str]] = defaultdict(list)
    for path, reason in details.items():
        paths[NUMBER.sub("…", reason)].append(path)
    ordered = sorted(paths.items(), key=lambda item: (-len(item[1]), item[0]))
    ordered = [(text if len({details[path] for path in own}) > 1 else details[own[0]], own) for text, own in ordered]
    return [Reason(text, tuple(own[:OF_A_REASON]), max(0, len(own) - OF_A_REASON)) for text, own in ordered]
