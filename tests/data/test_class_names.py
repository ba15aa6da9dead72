"""Every class gets a folder of its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinysight.data.class_names import LONGEST, folder_names, safe_name


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("cat", "cat"),
        ("T-shirt/top", "T-shirt_top"),
        ("..", "_"),
        (".hidden", "_hidden"),
        (" a\tb\\c ", "a_b_c"),
        ("", "_"),
        ("Käse & Brot?", "Käse & Brot?"),
    ],
)
def test_a_folder_is_called_as_its_class_wherever_it_can_be(name: str, folder: str) -> None:
    assert safe_name(name) == folder


def test_two_classes_never_share_a_folder_and_an_own_name_goes_first() -> None:
    folders = folder_names(["a/b", "a_b", "a\\b"])
    assert folders["a_b"] == "a_b"
    assert len(set(folders.values())) == 3


def test_a_class_keeps_the_folder_that_it_has() -> None:
    folders = folder_names(["a", "b"], {"b": "a"})
    assert folders["b"] == "a"
    assert folders["a"].startswith("a-")


@given(st.sets(st.text(max_size=150)))
def test_any_names_become_folders_that_can_be_made(names: set[str]) -> None:
    folders = folder_names(names)
    assert len(set(folders.values())) == len(names)
    for folder in folders.values():
        assert folder
        assert not folder.startswith(".")
        assert "/" not in folder
        assert len(folder.encode(errors="surrogatepass")) <= LONGEST + 9
