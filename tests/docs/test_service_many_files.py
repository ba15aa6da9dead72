"""What docs/service.md says about the table of answers is what the table has."""

import re
from pathlib import Path

from markdown_pages import page, table

from tinysight.scoring.answer_tables import SUFFIXES, columns
from tinysight.scoring.answers import Source
from tinysight.scoring.listing import TABLES, TEXTS
from tinysight.scoring.unfinished import folder_of

PAGE = page("docs/service.md")
SECTION = PAGE[PAGE.index("## Many files at once") :]


def test_the_columns_are_those_of_the_table() -> None:
    explained = [re.findall(r"`(.*?)`", row[0])[0] for row in table(SECTION, "column", "what it holds")]
    assert explained == columns(Source(("NAME",), 0.5, "1", ""))


def test_the_endings_are_those_that_are_known() -> None:
    assert all(f"`{suffix}`" in SECTION for suffix in SUFFIXES)
    assert all(suffix in SECTION for suffix in (*TABLES[:3], TEXTS[0]))


def test_the_work_folder_has_its_name() -> None:
    assert f"`{folder_of(Path('predictions.parquet'))}/`" in SECTION
