"""Decisions are found from their index, are short, and the one about dependencies is complete."""

import re
import tomllib

import pytest
from markdown_pages import page, table
from projects import ROOT

FOLDER = ROOT / "docs" / "decisions"
PAGES = sorted(path.name for path in FOLDER.glob("[0-9]*.md"))


def test_each_page_is_linked_from_the_index_in_order() -> None:
    linked = re.findall(r"\((\d{4}-[a-z-]+\.md)\)", page("docs/decisions/README.md"))
    assert linked == PAGES


def test_the_numbers_have_no_gap() -> None:
    assert [int(name[:4]) for name in PAGES] == list(range(1, len(PAGES) + 1))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_context_decision_and_consequences(name: str) -> None:
    text = page(f"docs/decisions/{name}")
    assert text.startswith(f"# {name[:4]}: ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]


def test_every_direct_dependency_has_its_reason() -> None:
    project = tomllib.loads(page("pyproject.toml"))["project"]
    sets = {"base": project["dependencies"], **project["optional-dependencies"]}
    declared = {(re.split(r"[><=\[; ]", line)[0], name) for name, lines in sets.items() for line in lines}
    header = ("package", "set", "why", "licence", "own MiB", "with all it needs")
    rows = table(page("docs/decisions/0003-dependencies.md"), *header)
    assert {(row[0], row[1]) for row in rows} == declared
    assert all(all(row) for row in rows)
