"""What the data report says: report.json holds just this, and the page shows it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from tinysight.data.dataset import Quarantined
from tinysight.data.splits import Exemption
from tinysight.data.violation import Violation
from tinysight.errors import DataError
from tinysight.whole_file import write_whole

SCHEMA = 1
JSON, PAGE = "report.json", "index.html"

Fitness = Literal["fit", "look", "unfit"]


@dataclass(frozen=True)
class Origin:
    """Where the pictures come from and how they became pixels.

    Attributes:
        name: the data set's.
        kind: what sort of source it is.
        path: where the source lies, as conf/dataset names it.
        digest: of the data set.
        image_size: height and width of each image that a model sees, in pixels.
        fit: how a picture of another shape becomes square.
        background: RGB behind transparent pixels and beside padded pictures.
        window: counts that become black and white in deep pictures; None is 0 to 65535.
    """

    name: str
    kind: str
    path: str
    digest: str
    image_size: int
    fit: str
    background: tuple[int, int, int]
    window: tuple[float, float] | None


@dataclass(frozen=True)
class Summary:
    """The answer before the details.

    Attributes:
        fitness: `unfit` where an error stops the pipeline, `look` where there are warnings.
        headline: one sentence.
        look_first: the checks to look at first, the gravest first.
    """

    fitness: Fitness
    headline: str
    look_first: tuple[str, ...]


@dataclass(frozen=True)
class ClassSummary:
    """One class.

    Attributes:
        name: what it is called.
        pictures: how many there are.
        sides: how many of them stand on train, val and test; empty where there is no split.
        samples: paths of a few, chosen by their digests.
    """

    name: str
    pictures: int
    sides: Mapping[str, int]
    samples: tuple[str, ...]


@dataclass(frozen=True)
class Histogram:
    """How often values occur: counts[i] of them lie from edges[i] to below edges[i + 1]."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Size:
    """So many pictures of one width and height in pixels, as they are seen upright."""

    width: int
    height: int
    pictures: int


@dataclass(frozen=True)
class FilesSummary:
    """What the source's files are like.

    Attributes:
        sizes: the commonest first.
        aspects: width divided by height.
        formats: pictures of each file format, the commonest first.
        modes: pictures of each of Pillow's kinds of pixels, the commonest first.
        turned: pictures that their EXIF orientation turns or mirrors.
        bytes: of all files together.
    """

    sizes: tuple[Size, ...]
    aspects: Histogram
    formats: Mapping[str, int]
    modes: Mapping[str, int]
    turned: int
    bytes: int


@dataclass(frozen=True)
class SideSummary:
    """One side of the split.

    Attributes:
        name: train, val or test.
        asked: its share in params.yaml; None where the source itself fixed the side.
        pictures: how many stand there.
        share: of all pictures.
        low: the share that chance stays above, 19 times in 20.
        high: the share that chance stays below, 19 times in 20.
    """

    name: str
    asked: float | None
    pictures: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Division:
    """How stage split divides the data set.

    Attributes:
        problem: why it cannot, else empty.
        sides: train, val and test; empty where there is a problem.
        groups: sets of pictures that stay together, those of one picture too.
        grouped: pictures in groups of more than one.
        exceptions: pictures that do not stand where their own digests put them.
        leaks: the pictures of each group that the source put on more than one side, where that is refused.
        audit: how many rows, groups, names and digests were compared, and leaks found; see data.leak_audit.
    """

    problem: str
    sides: tuple[SideSummary, ...]
    groups: int
    grouped: int
    exceptions: tuple[Exemption, ...]
    leaks: tuple[tuple[str, ...], ...]
    audit: Mapping[str, int]


@dataclass(frozen=True)
class Mislabelled:
    """A picture whose label is probably wrong; see data.suspects.Suspect."""

    path: str
    given: str
    likely: str
    confidence: float


@dataclass(frozen=True)
class DataReport:
    """All of it.

    Attributes:
        schema: of this file.
        version: of tinysight.
        figures: the main numbers, by the names that MLflow shows them under.
        notes: what the source passed over.
        findings: what the checks found, the gravest first.
        mislabelled: the most suspected labels first.
        quarantined: files that could not be read.
        classes: in the order of their labels.
        files: None where ingest wrote no facts.
        brightness: the mean of each picture's pixels, 0 to 255.
        seen: pictures that the page shows as the model sees them.
    """

    schema: int
    version: str
    origin: Origin
    summary: Summary
    figures: Mapping[str, float]
    notes: tuple[str, ...]
    findings: tuple[Violation, ...]
    mislabelled: tuple[Mislabelled, ...]
    quarantined: tuple[Quarantined, ...]
    classes: tuple[ClassSummary, ...]
    files: FilesSummary | None
    brightness: Histogram
    division: Division
    seen: tuple[str, ...]


def write_report(folder: Path, report: DataReport) -> None:
    """Writes report.json; a name that is not UTF-8 stands there as JSON's own escape."""
    text = json.dumps(asdict(report), indent=1, ensure_ascii=False) + "\n"
    write_whole(folder / JSON, text.encode("utf-8", "backslashreplace"))


def read_figures(folder: Path) -> dict[str, float]:
    """The main numbers of a report.

    Raises:
        DataError: if there is no report.
    """
    try:
        content: dict[str, Any] = json.loads((folder / JSON).read_text(encoding="utf-8"))
        return {name: float(value) for name, value in content["figures"].items()}
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise DataError(f"{folder / JSON} cannot be read: {error!r}. Run `dvc repro validate`.") from None
