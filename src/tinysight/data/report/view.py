"""What the page shows of a report: the chosen few of many, and the charts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tinysight.data.facts import Facts
from tinysight.data.report.charts import ASPECT_NAMES, Bar, Scatter, draw_bars, draw_sizes
from tinysight.data.report.collecting import Collected
from tinysight.data.report.content import DataReport
from tinysight.data.report.galleries import Catalogue, Gallery, Shown, galleries, gallery_of
from tinysight.data.report.measures import SIDEWAYS, upright_size
from tinysight.data.report.texts import kind_of, number
from tinysight.data.sides import SIDES
from tinysight.data.violation import Violation, pictures

EXCEPTIONS = {
    "joined": "Pictures that follow their group",
    "quota": "Moved for a class that had none there",
    "left_out": "On no side",
}
TILES = {  # figure: what people call it
    "data/quarantined": "files that cannot be read",
    "data/same_bytes": "copies of a file",
    "data/near_duplicates": "nearly the same as another",
    "data/label_conflict": "the same in two classes",
    "data/label_errors": "doubted labels",
    "data/leaks": "leaks",
}
LOUD = {"data/quarantined", "data/label_conflict", "data/label_errors", "data/leaks"}


@dataclass(frozen=True)
class Tile:
    """One of the main figures; loud where it should be 0 and is not."""

    label: str
    value: str
    loud: bool


@dataclass(frozen=True)
class Seen:
    """A picture to show beside what the model sees of it, and what is special about its file."""

    shown: Shown
    note: str


@dataclass(frozen=True)
class View:
    """All that the page's template is given but for the thumbnails.

    Attributes:
        report: as report.json holds it.
        sides: the names of the sides.
        lede: the sentence below the headline.
        tiles: the main figures.
        findings: a gallery each.
        first: those of them to look at first.
        exceptions: of the split, a gallery for each kind.
        leaks: groups on two given sides.
        classes: samples of each class.
        largest_class: how many pictures it has.
        sizes: None where nothing is known of the files.
        aspects: bars, and so the next three.
        seen: pictures to show as the model sees them.
    """

    report: DataReport
    sides: tuple[str, ...]
    lede: str
    tiles: tuple[Tile, ...]
    findings: tuple[Gallery, ...]
    first: tuple[Gallery, ...]
    exceptions: tuple[Gallery, ...]
    leaks: Gallery
    classes: tuple[tuple[Shown, ...], ...]
    largest_class: int
    sizes: Scatter | None
    aspects: tuple[Bar, ...]
    formats: tuple[Bar, ...]
    modes: tuple[Bar, ...]
    brightness: tuple[Bar, ...]
    seen: tuple[Seen, ...]

    @property
    def rows(self) -> list[int]:
        """The pictures that need a thumbnail, each as often as it is shown."""
        shown = [row for gallery in (*self.findings, *self.exceptions, self.leaks) for row in gallery.rows]
        lone = [*(one for own in self.classes for one in own), *(seen.shown for seen in self.seen)]
        return [*shown, *(one.row for one in lone if one.row is not None)]


def make_view(collected: Collected, catalogue: Catalogue, facts: Sequence[Facts]) -> View:
    """Chooses what the page shows."""
    report, files = collected.report, collected.report.files
    found = tuple(galleries(report, catalogue))
    edges = report.brightness.edges
    return View(
        report=report,
        sides=SIDES,
        lede=_lede(report),
        tiles=_tiles(report),
        findings=found,
        first=(*_undivided(report), *(_of_check(found, check) for check in report.summary.look_first)),
        exceptions=_exceptions(report, catalogue),
        leaks=gallery_of("leaks", "Leaks", [_leak(report)], catalogue),
        classes=tuple(tuple(catalogue.show(path) for path in one.samples) for one in report.classes),
        largest_class=max([1, *(one.pictures for one in report.classes)]),
        sizes=draw_sizes(files.sizes, report.origin.image_size) if files else None,
        aspects=draw_bars(files.aspects.counts, ASPECT_NAMES) if files else (),
        formats=draw_bars(tuple(files.formats.values()), tuple(files.formats)) if files else (),
        modes=draw_bars(tuple(files.modes.values()), [kind_of(mode) for mode in files.modes]) if files else (),
        brightness=draw_bars(report.brightness.counts, [f"{edge:g} and more" for edge in edges[:-1]]),
        seen=tuple(_seen(path, catalogue, facts) for path in report.seen),
    )


def _of_check(found: Sequence[Gallery], check: str) -> Gallery:
    return next(gallery for gallery in found if gallery.anchor == f"found-{check}")


def _undivided(report: DataReport) -> Iterator[Gallery]:
    """A way to the split, where it is what fails."""
    if report.division.problem and not report.division.leaks:
        yield Gallery("split", "It cannot be divided", "error", 1, ())


def _lede(report: DataReport) -> str:
    classes = [one for one in report.classes if one.pictures]
    text = f"{number(int(report.figures['data/pictures']))} pictures in {number(len(classes))} classes"
    if classes:
        least, most = (choose(classes, key=lambda one: one.pictures) for choose in (min, max))
        spread = f"{number(least.pictures)} ({least.name}) to {number(most.pictures)} ({most.name}) in a class"
        text += f", {number(most.pictures)} in each" if least.pictures == most.pictures else f", from {spread}"
    return f"{text}."


def _tiles(report: DataReport) -> tuple[Tile, ...]:
    figures = report.figures
    sizes = [one.pictures for one in report.classes]
    first = [
        Tile("pictures", number(int(figures["data/pictures"])), loud=False),
        Tile("classes", number(len(sizes)), loud=False),
    ]
    known = [(label, int(figures[name]), name in LOUD) for name, label in TILES.items() if name in figures]
    return (*first, *(Tile(label, number(value), loud and value > 0) for label, value, loud in known))


def _exceptions(report: DataReport, catalogue: Catalogue) -> tuple[Gallery, ...]:
    """The split's exceptions, together by their kind."""
    shown = []
    for kind in dict.fromkeys(one.kind for one in report.division.exceptions):
        own = [one for one in report.division.exceptions if one.kind == kind]
        message = "; ".join(dict.fromkeys(one.message for one in own))
        count = sum(len(one.paths) for one in own)
        found = Violation(kind, "note", count, f"{pictures(count)}: {message}.", sets=tuple(one.paths for one in own))
        shown.append(gallery_of(f"exception-{kind}", EXCEPTIONS.get(kind, kind), [found], catalogue))
    return tuple(shown)


def _leak(report: DataReport) -> Violation:
    leaks = report.division.leaks
    return Violation("leaks", "error", len(leaks), "", sets=leaks)


def _seen(path: str, catalogue: Catalogue, facts: Sequence[Facts]) -> Seen:
    shown = catalogue.show(path)
    if not facts or shown.row is None:
        return Seen(shown, "")
    fact = facts[shown.row]
    width, height = upright_size(fact)
    parts = [f"{width} × {height}", fact.format, kind_of(fact.mode)]
    if fact.orientation > 1:
        parts.append("turned by EXIF" if fact.orientation == 3 or fact.orientation >= SIDEWAYS else "mirrored by EXIF")
    return Seen(shown, ", ".join(parts))
