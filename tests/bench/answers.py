"""Fills pages of docs and README.md: what stands between two markers is made from docs/figures alone."""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from projects import ROOT

from tests.bench.answer_blocks import BLOCKS
from tests.bench.augmentation_block import AUGMENTATION_BLOCKS
from tests.bench.drift_block import DRIFT_BLOCKS
from tests.bench.large_pictures_block import LARGE_PICTURES_BLOCKS
from tests.bench.measured import Figures, NotMeasuredError
from tests.bench.readme_blocks import README_BLOCKS
from tests.bench.training_blocks import TRAINING_BLOCKS
from tests.bench.tuning_block import TUNING_BLOCKS
from tinysight.whole_file import write_whole

FILLED = ("answers.md", "architecture.md", "decisions/0003-dependencies.md", "drift.md", "tuning.md")
PAGES = (*(ROOT / "docs" / name for name in FILLED), ROOT / "README.md")
ALL_BLOCKS = {
    **BLOCKS,
    **TRAINING_BLOCKS,
    **README_BLOCKS,
    **TUNING_BLOCKS,
    **DRIFT_BLOCKS,
    **AUGMENTATION_BLOCKS,
    **LARGE_PICTURES_BLOCKS,
}
PLACE = re.compile(r"^( *)<!-- figures: (\w+) -->\n.*?^ *<!-- end -->$", re.DOTALL | re.MULTILINE)


def filled(text: str, folder: Path) -> str:
    """The page with each place filled anew.

    Args:
        text: of the page.
        folder: docs/figures, or one like it.
    """
    figures = Figures(folder)

    def fill_place(place: re.Match[str]) -> str:
        lines = (f"<!-- figures: {place[2]} -->", *block(place[2], figures).splitlines(), "<!-- end -->")
        return "\n".join(f"{place[1]}{line}".rstrip() for line in lines)

    return PLACE.sub(fill_place, text)


def block(name: str, figures: Figures) -> str:
    """What one place holds; how to measure it, where nobody has."""
    try:
        return ALL_BLOCKS[name](figures)
    except NotMeasuredError as missing:
        return f"*{missing}*"


def fill() -> None:
    """Writes the pages again if a figure has changed."""
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        new = filled(text, ROOT / "docs" / "figures")
        if new != text:
            write_whole(path, new)
            print(f"written: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    fill()
