"""A pattern in quotes names the files that a shell would, in order."""

from glob import glob
from pathlib import Path

import pytest

from tinysight.errors import DataError
from tinysight.scoring.pattern import is_pattern, matching

FILES = (
    "a.png",
    "b.jpg",
    "a/x.png",
    "a/y.jpg",
    "a/b/x.png",
    "a/b/c/z.png",
    "b/x.png",
    ".h/x.png",
    "a/.h.png",
    "[1].png",
)
PATTERNS = ("*.png", "*/*.png", "**/*.png", "**/x.*", "a/**", "a/**/*.png", "?/x.png", "[ab]/*.jpg", "a/*/x.png",
            "./*.png", "**/b/*.png", "a/../*.jpg", "[[]1].png", ".h/*", "nothing*", "a.png/*")  # fmt: skip


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_files_are_those_that_python_finds(tree: Path, pattern: str) -> None:
    found = list(matching(pattern))
    expected = {path for path in glob(pattern, recursive=True) if Path(path).is_file()}  # noqa: PTH207, it is the model
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_may_begin_at_the_root(tree: Path, pattern: str) -> None:
    assert list(matching(f"{tree}/{pattern}")) == [f"{tree}/{path}" for path in matching(pattern)]


def test_the_order_is_fixed(tree: Path) -> None:
    assert list(matching("**/*.png")) == ["[1].png", "a.png", "a/x.png", "a/b/x.png", "a/b/c/z.png", "b/x.png"]


def test_a_link_back_up_is_not_followed_for_ever(tree: Path) -> None:
    (tree / "a" / "up").symlink_to(tree)
    assert len(list(matching("a/**/x.png"))) == 3


def test_two_places_of_any_depth_are_refused(tree: Path) -> None:
    with pytest.raises(DataError, match=r"may hold \*\* once"):
        matching("**/a/**/x.png")


def test_what_is_a_pattern() -> None:
    assert [is_pattern(word) for word in ("a*", "a?", "[ab]", "plain.png", "")] == [True, True, True, False, False]
