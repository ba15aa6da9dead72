"""The intervals that the page shows are those that the reports compute."""

import pytest
from markdown_pages import page, table

from tinysight.evaluation.metrics import wilson_interval

PAGE = page("docs/before-you-photograph.md")
SHARES = (0.8, 0.9, 0.95, 1.0)
ROWS = table(PAGE, "test pictures", *(f"right {share * 100:g} %" for share in SHARES))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_each_interval_is_wilsons(row: list[str]) -> None:
    count = int(row[0])
    intervals = [wilson_interval(round(share * count) / count, count) for share in SHARES]
    assert row[1:] == [f"{100 * low:.1f} to {100 * high:.1f}" for low, high in intervals]


def test_what_the_page_concludes_follows_from_the_table() -> None:
    """20 right of 20 allow a true accuracy of 84 %; 300 of 300 one of 99 %."""
    assert round(wilson_interval(1.0, 20)[0], 2) == 0.84
    assert "true accuracy of 84 %" in PAGE
    assert round(0.05 ** (1 / 300), 2) == 0.99
    assert round(100 / 0.15, -1) == 670
    assert "100 test pictures need some 670 in all" in PAGE
