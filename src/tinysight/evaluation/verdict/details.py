"""What the verdict's page shows of the chosen candidate alone: its classes, its mistakes, and the strangers."""

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image

from tinysight.evaluation.mistakes import Mistakes
from tinysight.evaluation.score_figures import overlaid
from tinysight.evaluation.scores import Interval, Scores
from tinysight.evaluation.wording import percent, percent_range
from tinysight.imaging import Pixels

SHOWN = 256  # pixels; larger pictures of mistakes are shown smaller


@dataclass(frozen=True)
class Band:
    """A share with its interval, on a scale from floor to 1."""

    text: str
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Cell:
    """One cell of the confusion matrix: depth is its share of the true class."""

    count: int
    depth: float
    right: bool


@dataclass(frozen=True)
class ClassRow:
    """One class of the chosen candidate."""

    name: str
    cells: tuple[Cell, ...]
    recall: str
    precision: str
    moved: str


@dataclass(frozen=True)
class Mistake:
    """A wrong answer: the picture, and the same with what the answer hangs on in red."""

    picture: str
    heat: str
    said: str
    truth: str
    confidence: str
    path: str


def band(share: float, interval: Interval, floor: float = 0.0) -> Band:
    """A share and its interval as places on a scale from floor to 1."""
    places = [max(0.0, (value - floor) / (1 - floor)) for value in (share, *interval)]
    return Band(percent(share), *places)


def class_rows(chosen: Scores) -> Iterator[ClassRow]:
    """The confusion matrix of the test side, class by class, with recall and precision."""
    side = chosen.test
    for place, (name, figures) in enumerate(side.per_class.items()):
        counts = side.confusion_matrix[place]
        total = max(1, sum(counts))
        cells = tuple(Cell(n, (n / total) ** 0.5, other == place) for other, n in enumerate(counts))
        yield ClassRow(
            name=name,
            cells=cells,
            recall=_with_interval(figures.recall, figures.recall_interval),
            precision=_with_interval(figures.precision, figures.precision_interval),
            moved="–" if figures.expected_recall is None else percent(figures.expected_recall),
        )


def _with_interval(share: float, interval: Interval | None) -> str:
    return percent(share) if interval is None else f"{percent(share)} ({percent_range(interval)})"


def shown_mistakes(mistakes: Mistakes, chosen: Scores) -> Iterator[Mistake]:
    """The worst mistakes with their two pictures."""
    names = list(chosen.val.per_class)
    for place, path in enumerate(mistakes.paths):
        yield Mistake(
            picture=_picture(mistakes.pixels[place]),
            heat=_picture(overlaid(mistakes, place)),
            said=names[mistakes.answers[place]],
            truth=names[mistakes.labels[place]],
            confidence=f"{mistakes.confidence[place] * 100:.0f} % sure",
            path=path,
        )


def shown_strangers(chosen: Scores) -> Iterator[tuple[str, Band]]:
    """Each kind of strangers with the share that is called unknown."""
    for stranger in chosen.unknown.strangers if chosen.unknown else []:
        yield stranger.kind, band(stranger.unknown, stranger.interval)


def _picture(pixels: Pixels) -> str:
    picture = Image.fromarray(pixels)
    while picture.width > SHOWN:
        picture = picture.reduce(2)
    file = io.BytesIO()
    picture.save(file, "WEBP", lossless=picture.width <= SHOWN // 2, quality=85)
    return data_uri(file.getvalue(), "webp")


def data_uri(content: bytes, kind: str = "png") -> str:
    """A picture inside the page; nothing for no picture."""
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}" if content else ""
