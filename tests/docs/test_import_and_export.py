"""What docs/data.md says of import and export is what the commands know."""

import argparse
import re

from markdown_pages import page, table
from our_commands import subcommands

from tinysight.cli import build_parser
from tinysight.cli_data import FORMATS as IMPORTED
from tinysight.data.detection import FORMATS, PARAMS
from tinysight.data.exports.problem_pictures import WORTH_A_LOOK
from tinysight.data.exports.table import COLUMNS
from tinysight.data.exports.writing import FORMATS as EXPORTED
from tinysight.data.table_columns import read_asked

PAGE = page("docs/data.md")
COMMANDS = subcommands(build_parser())


def choices(command: str, option: str) -> set[str]:
    (action,) = (a for a in COMMANDS[command]._actions if option in a.option_strings)
    return set(action.choices or ())


def first_words(*header: str) -> set[str]:
    return {re.findall(r"`?([\w-]+)`?", row[0])[0] for row in table(PAGE, *header)}


def test_the_formats_of_the_commands_are_those_of_the_code() -> None:
    assert choices("import", "--format") == set(IMPORTED) == FORMATS.keys() == PARAMS.keys()
    assert choices("samples", "--format") == EXPORTED.keys() == first_words("`--format`", "what is written")


def test_the_picks_of_the_page_are_those_of_the_command() -> None:
    assert first_words("`--pick`", "which pictures", "needs") == choices("samples", "--pick")


def test_the_ways_of_meeting_present_pictures_are_options() -> None:
    rows = table(PAGE, "`data/raw` holds pictures already", "what happens")
    named = {option for row in rows for option in re.findall(r"`(--\w+)`", row[0])}
    (merging,) = COMMANDS["import"]._mutually_exclusive_groups
    assert named == {option for action in merging._group_actions for option in action.option_strings}


def test_the_columns_of_the_table_are_those_that_are_written() -> None:
    line = next(line for line in PAGE.splitlines() if line.startswith("| `csv`"))
    assert set(COLUMNS) <= set(re.findall(r"\w+", line))


def test_the_checks_that_make_a_problem_are_checks_of_the_page() -> None:
    header = ("check", "what it means", "what to do", "level")
    assert WORTH_A_LOOK.keys() <= {row[0].strip("`") for row in table(PAGE, *header)}


def test_the_columns_of_the_example_are_understood() -> None:
    (said,) = re.findall(r"--columns (\S+)", PAGE.split("## Import and export")[1])
    assert read_asked(said) == {"path": "file", "label": "species", "group": "patient"}


def test_every_option_explains_itself() -> None:
    for name in ("import", "samples"):
        options = [a for a in COMMANDS[name]._actions if not isinstance(a, argparse._HelpAction)]
        assert [a.dest for a in options if not a.help] == []
