"""The page on data knows every format, and what it says about them is so."""

import re
from typing import get_args

from markdown_pages import page, table
from projects import ROOT
from tiny_datasets import make_params

from tinysight.data.raw_manifest import COLUMNS
from tinysight.data.sources.side_names import NAMES
from tinysight.data.sources.source import Listing, SourceFile, give_groups
from tinysight.params import DatasetParams

PAGE = page("docs/data.md")
KINDS = {get_args(kind.model_fields["kind"].annotation)[0] for kind in get_args(get_args(DatasetParams)[0])}


def code(cell: str) -> str:
    return re.findall(r"`(.*?)`", cell)[0]


def test_every_kind_has_a_line_a_source_and_a_configuration() -> None:
    header = ("kind", "what you have", "what is read", "what is passed over, with a note")
    assert {code(row[0]) for row in table(PAGE, *header)} == KINDS
    for kind in KINDS:
        assert (ROOT / "src/tinysight/data/sources" / f"{kind}.py").is_file()
        assert make_params(f"dataset={kind}").dataset.kind == kind


def test_the_patterns_of_the_page_find_groups_in_its_paths() -> None:
    for paths, pattern, _ in table(PAGE, "paths", "`group_pattern`", "groups"):
        path = re.findall(r"`(.*?)`", paths)[-1]
        found = give_groups(Listing([SourceFile(path, "a")]), code(pattern).strip("'"))
        assert found.files[0].group in path
        assert found.files[0].group


def test_the_columns_of_the_table_beside_pictures_are_those_that_are_read() -> None:
    assert [code(row[0]) for row in table(PAGE, "column", "meaning")] == list(COLUMNS)


def test_the_names_of_the_sides_are_those_that_are_known() -> None:
    line = next(line for line in PAGE.splitlines() if "**Sides are kept" in line)
    assert {name for names in NAMES.values() for name in names} <= set(re.findall(r"\w+", line))


def test_the_groups_come_first() -> None:
    headings = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    assert headings[0] == "First: what belongs together"
    assert {"The formats", "Import and export", "The checks", "How the split works"} <= set(headings)
