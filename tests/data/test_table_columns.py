"""The columns of a table are the usual ones, unless the user names them."""

import pytest

from tinysight.data.table_columns import find_columns, read_asked
from tinysight.errors import ConfigError


@pytest.mark.parametrize(
    ("names", "asked", "expected"),
    [
        (["path", "label"], {}, ("path", "label", None, None)),
        (["Image_Path", "CLASS", "Split", "group"], {}, ("Image_Path", "CLASS", "Split", "group")),
        (["label", "class_name", "file"], {}, ("file", "class_name", None, None)),
        (["file", "species"], {"label": "species"}, ("file", "species", None, None)),
        (["file", "class", "plot"], {"group": "plot"}, ("file", "class", None, "plot")),
    ],
)
def test_columns_are_found(names: list[str], asked: dict[str, str], expected: tuple[str | None, ...]) -> None:
    found = find_columns(names, asked)
    assert found is not None
    assert tuple(found[role] for role in ("path", "label", "split", "group")) == expected


@pytest.mark.parametrize("names", [[], ["path"], ["label"], ["when", "who"]])
def test_a_table_of_something_else_is_none(names: list[str]) -> None:
    assert find_columns(names, {}) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", {}), ("path=a", {"path": "a"}), (" label = b c , group=d", {"label": "b c", "group": "d"})],
)
def test_what_stands_after_columns_is_read(text: str, expected: dict[str, str]) -> None:
    assert read_asked(text) == expected


@pytest.mark.parametrize("text", ["path", "path=", "class=x", "path=a,,", "path:a"])
def test_what_is_wrong_after_columns_is_shown_with_an_example(text: str) -> None:
    with pytest.raises(ConfigError, match=r"path=NAME, label=NAME.*--columns path=file,label=species"):
        read_asked(text)
