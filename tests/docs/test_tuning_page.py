"""docs/tuning.md quotes what was measured, and its examples are what the code takes."""

import yaml
from markdown_pages import fenced, page, table
from our_commands import subcommands
from projects import ROOT

from tests.bench.answers import PLACE, filled
from tests.bench.tuning_block import TUNING_BLOCKS
from tinysight.cli import build_parser
from tinysight.params.tune import TuneParams

PAGE = page("docs/tuning.md")


def test_the_page_holds_what_the_figures_say() -> None:
    """After a measurement: `python -m tests.bench.answers`."""
    assert filled(PAGE, ROOT / "docs" / "figures") == PAGE
    assert [place[2] for place in PLACE.finditer(PAGE)] == list(TUNING_BLOCKS)


def test_the_example_of_a_space_fits_the_schema() -> None:
    (example,) = fenced(PAGE, "yaml")
    TuneParams.model_validate(yaml.safe_load(example), strict=False)


def test_the_table_of_options_names_them_all() -> None:
    command = subcommands(build_parser())["tune"]
    options = {word for action in command._actions for word in action.option_strings} - {"-h", "--help"}
    assert {row[0].strip("`").split()[0] for row in table(PAGE, "option", "what for")} == options
