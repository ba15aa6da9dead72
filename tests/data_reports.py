"""Data reports for tests: of evidence made up by hand, and the pages they are drawn as."""

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
from tiny_datasets import make_params, noise

from tinysight.data.checks.registry import find_violations
from tinysight.data.dataset import DatasetInfo, decoding_of
from tinysight.data.evidence import Evidence
from tinysight.data.imageset import ImageSet
from tinysight.data.report.collecting import Collected, collect
from tinysight.data.report.thumbnails import Pictures
from tinysight.data.report.writing import write_data_report
from tinysight.data.violation import Violation
from tinysight.imaging import Pixels

PARAMS = make_params()


def report_of(evidence: Evidence, findings: Sequence[Violation] | None = None, name: str = "tiny") -> Collected:
    """What the report says of this evidence; the checks say what was found where nothing is given."""
    names = tuple(evidence.class_names)
    info = DatasetInfo(
        "d" * 64, name, names, evidence.image_size, len(evidence.samples), len(evidence.quarantine),
        notes=("2 files without a label were passed over, first a.png.",),
    )  # fmt: skip
    return collect(evidence, find_violations(evidence) if findings is None else findings, info, PARAMS)


def page_of(folder: Path, evidence: Evidence, collected: Collected, pixels: Pixels | None = None) -> str:
    """The page, drawn from the pixels alone."""
    images = noise(len(evidence.samples)) if pixels is None else pixels
    pictures = Pictures(ImageSet(images, evidence.samples), evidence.facts, {}, decoding_of(PARAMS.dataset))
    write_data_report(folder, collected, pictures)
    return (folder / "index.html").read_text(encoding="utf-8")


class Page(HTMLParser):
    """What a browser would find on a page: texts, and each attribute that names something to load."""

    LOADS = ("src", "href", "srcset", "data", "poster", "action", "xlink:href")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.loads: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keeps the tag and what it loads."""
        self.tags.append(tag)
        self.loads += [value or "" for name, value in attrs if name in self.LOADS]

    def handle_data(self, data: str) -> None:
        """Keeps what is not style or script."""
        if self.tags[-1:] not in (["style"], ["script"]):
            self.texts.append(data)

    @property
    def text(self) -> str:
        """All that is to be read."""
        return re.sub(r"\s+", " ", " ".join(self.texts))


def flat(count: int, side: int = 8) -> Pixels:
    """(count, side, side, 3): plain pictures, no two of one shade."""
    shades = np.linspace(0, 255, count).astype(np.uint8)
    return np.broadcast_to(shades[:, None, None, None], (count, side, side, 3)).copy()
