"""Charts, distributions and words for numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinysight.data.facts import Facts
from tinysight.data.report.charts import HEIGHT, WIDTH, draw_bars, draw_sizes
from tinysight.data.report.content import Size
from tinysight.data.report.measures import summarise_brightness, summarise_files
from tinysight.data.report.summary import summarise
from tinysight.data.report.texts import byte_size, kind_of, percent, short_name, visible
from tinysight.data.violation import Violation

LENGTH = st.integers(1, 60_000)


@given(st.lists(st.tuples(LENGTH, LENGTH, st.integers(1, 9999)), min_size=1, max_size=40), st.integers(8, 1024))
def test_every_size_stands_inside_the_drawing(sizes: list[tuple[int, int, int]], image_size: int) -> None:
    chart = draw_sizes([Size(*one) for one in sizes], image_size)
    assert 1 <= len(chart.dots) <= len(sizes)
    for dot in chart.dots:
        assert 0 < dot.x < WIDTH
        assert 0 < dot.y < HEIGHT
    assert len(chart.across) <= 6


def test_wide_pictures_stand_right_and_tall_ones_high() -> None:
    wide, tall = draw_sizes([Size(400, 100, 1)], 32).dots[0], draw_sizes([Size(100, 400, 1)], 32).dots[0]
    assert wide.x > tall.x
    assert wide.y > tall.y  # y grows downwards


def test_the_highest_bar_is_full() -> None:
    assert [bar.height for bar in draw_bars([1, 4, 0], "abc")] == [0.25, 1.0, 0.0]
    assert [bar.height for bar in draw_bars([0, 0], "ab")] == [0.0, 0.0]


def test_files_are_summarised_as_they_are_seen_upright() -> None:
    facts = [
        Facts(400, 300, "JPEG", "RGB", 1, 10),
        Facts(400, 300, "JPEG", "RGB", 6, 10),
        Facts(9, 9, "PNG", "L", 1, 1),
    ]
    files = summarise_files(facts)
    assert files is not None
    assert [(one.width, one.height, one.pictures) for one in files.sizes] == [(9, 9, 1), (300, 400, 1), (400, 300, 1)]
    assert files.aspects.counts == (0, 0, 0, 1, 1, 1, 0, 0, 0)
    assert (dict(files.formats), dict(files.modes)) == ({"JPEG": 2, "PNG": 1}, {"RGB": 2, "L": 1})
    assert (files.turned, files.bytes) == (1, 21)
    assert summarise_files([]) is None


def test_brightness_counts_black_and_white() -> None:
    histogram = summarise_brightness(np.array([0, 0, 255, 128], dtype=np.float32))
    assert (histogram.counts[0], histogram.counts[-1], sum(histogram.counts)) == (2, 1, 4)
    assert sum(summarise_brightness(np.zeros(0, np.float32)).counts) == 0


@pytest.mark.parametrize(
    ("levels", "fitness", "headline"),
    [
        ((), "fit", "Fit to train on. Nothing stands in the way."),
        (("note",), "fit", "Fit to train on. Nothing stands in the way."),
        (("warning", "note"), "look", "Fit to train on, with one thing to look at."),
        (("warning", "error", "error"), "unfit", "Not fit to train on yet: 2 things must be put right first."),
    ],
)
def test_the_headline_says_whether_to_go_on(levels: tuple[str, ...], fitness: str, headline: str) -> None:
    found = [Violation(f"check{n}", level, 1, "x") for n, level in enumerate(levels)]  # type: ignore[arg-type]
    summary = summarise(found, "")
    assert (summary.fitness, summary.headline) == (fitness, headline)
    assert len(summary.look_first) == len([level for level in levels if level != "note"])


def test_what_to_look_at_first_is_what_matters_most() -> None:
    checks = ("bright", "label_errors", "shortcut", "label_conflict")
    summary = summarise([Violation(check, "warning", 1, "x") for check in checks], "")
    assert summary.look_first == ("label_conflict", "label_errors", "shortcut")


def test_a_set_that_cannot_be_divided_is_not_fit() -> None:
    assert summarise([], "no group to spare").fitness == "unfit"


@given(st.text(max_size=200))
def test_names_stay_short_and_hold_nothing_unseen(name: str) -> None:
    shown = short_name(f"cat/{name}", "cat")
    assert len(shown) <= 44
    assert visible(shown) == shown


def test_names_lose_their_class_and_their_middle() -> None:
    assert short_name("cat/monday/1.png", "cat") == "monday/1.png"
    long = short_name(f"cat/{'a' * 40}{'b' * 40}.png", "cat")
    assert long.startswith("aaaaaaaaaaaaaa…bbb")
    assert long.endswith("b.png")


def test_numbers_are_written_for_people() -> None:
    assert [byte_size(n) for n in (12, 1_234_567, 45_000_000, 2 * 10**9)] == ["12 bytes", "1.2 MB", "45 MB", "2.0 GB"]
    assert [percent(share) for share in (0.7, 0.1515)] == ["70 %", "15.2 %"]
    assert [kind_of(mode) for mode in ("RGB", "I;16B", "LAB")] == ["colour", "grey, 16 bits", "LAB"]
