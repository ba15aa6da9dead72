"""docs/drift.md quotes what was measured, and names every statistic, option and exit code."""

import re

from markdown_pages import page, table
from our_commands import subcommands
from projects import ROOT

from serve import families
from tests.bench.answers import PLACE, filled
from tests.bench.drift_block import DRIFT_BLOCKS
from tinysight.cli import build_parser
from tinysight.cli_drift import DRIFTED
from tinysight.drift.measures import NAMES
from tinysight.drift.reference import FEWEST
from tinysight.drift.window import CLASSES
from tinysight.tracking.drift_reference import MOST

PAGE = page("docs/drift.md")


def test_the_page_holds_what_the_figures_say() -> None:
    """After a measurement: `python -m tests.bench.answers`."""
    assert filled(PAGE, ROOT / "docs" / "figures") == PAGE
    assert [place[2] for place in PLACE.finditer(PAGE)] == list(DRIFT_BLOCKS)


def test_every_statistic_is_explained() -> None:
    named = [name for row in table(PAGE, "statistic", "what it is") for name in row[0].split(", ")]
    assert sorted(named) == sorted([*NAMES, CLASSES])


def test_every_option_and_metric_is_named() -> None:
    options = {word for action in subcommands(build_parser())["drift"]._actions for word in action.option_strings}
    assert {row[0].strip("`") for row in table(PAGE, "option", "what for")} == options - {"-h", "--help"}
    metrics = {re.match(r"`(\w+)", row[0])[1] for row in table(PAGE, "metric", "what it says")}  # type: ignore[index]
    assert metrics == {family.name for family in families.FAMILIES if "drift" in family.name}


def test_the_numbers_are_those_of_the_code() -> None:
    assert f"**{DRIFTED}** if the pictures have changed" in PAGE
    assert f"fewer than {FEWEST} pictures" in PAGE
    assert f"at most {MOST:,} of them" in PAGE
