"""Names of others in Markdown: whatever they hold, they are shown as they are and do nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rendered_markdown import read_back

from tinysight.retraining.markdown import LONGEST, bar, folded, plain, table

SIGNS = st.text(st.sampled_from("ab1 \\`*_{}[]()<>#+!|~&@:$^=-./'\"\n\tÄ"), max_size=LONGEST - 1)


@given(SIGNS)
def test_a_name_in_a_table_is_read_back_and_makes_no_markup(name: str) -> None:
    tags, text = read_back("\n".join(table(("what", "x"), [(plain(name), "1")])))
    assert set(tags) == {"table", "thead", "tbody", "tr", "th", "td"}
    assert " ".join(text.split()) == " ".join(["what x", *name.split(), "1"])


@pytest.mark.parametrize("name", ["@everyone", "https://example.org", "www.example.org", "#12", "<img src=x>", "a|b"])
def test_what_github_would_make_a_link_or_a_call_of_is_broken_up(name: str) -> None:
    assert name not in plain(name)
    assert read_back(plain(name)) == (["p"], f"{name}\n")


def test_a_long_name_is_cut_and_a_long_table_says_how_many_more() -> None:
    assert len(plain("x" * 200)) == LONGEST
    assert table(("a",), [(str(n),) for n in range(9)], most=2)[-3:] == ["| 1 |", "", "… and 7 more."]


@pytest.mark.parametrize(("share", "blocks"), [(0, ""), (0.05, "▌"), (0.5, "█████"), (1, "█" * 10), (7, "█" * 10)])
def test_a_share_is_a_bar(share: float, blocks: str) -> None:
    assert bar(share) == blocks


def test_what_is_folded_keeps_its_table() -> None:
    tags, _ = read_back("\n".join(folded("more", table(("a",), [("1",)]))))
    assert tags[:2] == ["details", "summary"]
    assert "table" in tags
