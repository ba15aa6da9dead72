"""Each classic mistake names the test that prevents it, and that test is there."""

import ast
import re

import pytest
from markdown_pages import page
from projects import ROOT

PAGE = page("docs/gotchas.md")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
SECTIONS = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]


def defined_in(path: str) -> set[str]:
    """The tests that a file defines, found without importing it; none where there is no such file."""
    if not (ROOT / path).is_file():
        return set()
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    return {name for name in names if name.startswith("test_")}


def test_there_are_at_least_twelve() -> None:
    assert len(SECTIONS) >= 12


@pytest.mark.parametrize("section", SECTIONS, ids=lambda text: text.splitlines()[0])
def test_a_mistake_names_tests_that_exist(section: str) -> None:
    named = NAMED.findall(section)
    assert named
    assert [f"{path}::{name}" for path, name in named if name not in defined_in(path)] == []


def test_no_mistake_is_told_twice() -> None:
    titles = [section.splitlines()[0] for section in SECTIONS]
    assert len(set(titles)) == len(titles)
