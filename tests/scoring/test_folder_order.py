"""A folder's files come in the order of their sorted paths, however many there are and whatever they are called."""

import os
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tinysight.scoring.folder_order import from_line, names_in_order, to_line, walk_in_order

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=12).filter(
    lambda name: name not in (".", "..") and len(name.encode()) < 200
)
PATHS = st.lists(st.lists(NAMES, min_size=1, max_size=3), max_size=12)


def write(folder: Path, paths: list[list[str]]) -> None:
    for parts in paths:
        path = folder.joinpath(*parts)
        if not any(parent.is_file() for parent in path.parents) and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"")


@settings(max_examples=30, deadline=None)
@given(PATHS, st.integers(1, 4))
def test_names_are_sorted_also_where_they_go_through_the_disk(paths: list[list[str]], at_once: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), paths)
        expected = sorted(f"{each.name}/" if each.is_dir() else each.name for each in Path(folder).iterdir())
        assert list(names_in_order(folder, at_once)) == expected


@settings(max_examples=30, deadline=None)
@given(PATHS)
def test_a_walk_gives_all_files_in_the_order_of_their_paths(paths: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), [[f"x{part}.png" for part in parts] for parts in paths])
        files = [f"{top}/{name}" for top, _, names in os.walk(folder) for name in names]
        assert list(walk_in_order(folder)) == sorted(files)


@given(st.binary(min_size=1).filter(lambda name: b"\0" not in name))
def test_any_name_is_one_line(name: bytes) -> None:
    line = to_line(os.fsdecode(name))
    assert line.count(b"\n") == 1
    assert os.fsencode(from_line(line)) == name


def test_what_is_hidden_or_no_picture_by_its_name_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, [["a.png"], [".b.png"], [".git", "c.png"], ["labels.csv"], ["d"], ["e", "f.jpg"]])
    assert list(walk_in_order(str(tmp_path))) == [str(tmp_path / name) for name in ("a.png", "d", "e/f.jpg")]


def test_links_are_followed_but_not_in_a_circle(tmp_path: Path) -> None:
    write(tmp_path, [["in", "a.png"], ["out", "b.png"]])
    (tmp_path / "in" / "up").symlink_to(tmp_path)
    (tmp_path / "in" / "z").symlink_to(tmp_path / "out")
    (tmp_path / "in" / "self.png").symlink_to("self.png")
    found = list(walk_in_order(str(tmp_path / "in")))
    assert [path.removeprefix(f"{tmp_path}/") for path in found] == [
        "in/a.png",
        "in/self.png",
        "in/up/out/b.png",
        "in/z/b.png",
    ]


def test_a_pipe_in_a_folder_is_no_picture(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    assert list(walk_in_order(str(tmp_path))) == []
