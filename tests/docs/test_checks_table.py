"""The page on data explains every check, with the level and the limits that it has."""

import re

from markdown_pages import page, table
from tiny_datasets import make_params

from tinysight.data import outliers
from tinysight.data.checks import classes, look_alikes, shapes
from tinysight.data.similar_names import similar_names
from tinysight.params import LevelsParams

ROWS = table(page("docs/data.md"), "check", "what it means", "what to do", "level")
LIMITS = make_params().validate_


def row_of(check: str) -> str:
    return next(" ".join(row) for row in ROWS if row[0] == f"`{check}`")


def test_every_check_has_a_line_in_the_order_of_the_configuration() -> None:
    assert [row[0].strip("`") for row in ROWS] == list(LevelsParams.model_fields)


def test_the_levels_are_those_of_the_configuration() -> None:
    assert {row[0].strip("`"): row[3] for row in ROWS} == LIMITS.levels.model_dump()


def test_the_limits_in_words_are_those_of_the_checks() -> None:
    assert (LIMITS.largest_quarantine, "a fifth" in row_of("unreadable")) == (1 / 5, True)
    assert (classes.IMBALANCE, "Ten times" in row_of("imbalance")) == (10, True)
    assert (look_alikes.MANY, "a tenth" in row_of("unnamed_bursts")) == (1 / 10, True)
    assert (shapes.MANY, "a tenth" in row_of("small_images")) == (1 / 10, True)
    assert (outliers.RARE, "a twentieth" in page("docs/data.md")) == (1 / 20, True)


def test_the_names_given_as_an_example_are_found() -> None:
    names = re.findall(r"`(\w+)`", row_of("similar_names"))[1:]
    assert similar_names(names) == [("Cat_", "cat", "cats")]
