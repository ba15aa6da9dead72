"""A listing on disk gives back what was written, group by group, from any group on."""

import os
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tinysight.scoring.listing import Named
from tinysight.scoring.listing_file import GROUP, Groups, write_listing

NAME = st.binary(min_size=1, max_size=20).filter(lambda name: b"\0" not in name).map(os.fsdecode)
PICTURES = st.lists(
    st.one_of(st.builds(Named, NAME, NAME), NAME.map(lambda name: Named(name, name))), max_size=3 * GROUP
)


def pictures_of(groups: Groups) -> list[Named]:
    return [picture for group in groups for picture in group.pictures]


@settings(max_examples=50, deadline=None)
@given(PICTURES, st.integers(0, 4))
def test_all_comes_back_in_order(pictures: list[Named], skipped: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        groups = write_listing(Path(folder) / "draft", pictures).moved_to(Path(folder) / "listing")
        assert groups.pictures == len(pictures)
        assert pictures_of(groups) == pictures
        rest = groups.after(skipped)
        assert pictures_of(rest) == pictures[skipped * GROUP :]
        assert [group.first for group in rest] == list(range(skipped * GROUP, len(pictures), GROUP))
        assert [*rest[1:3]] == [*rest][1:3]


def test_its_digest_changes_with_names_places_and_order(tmp_path: Path) -> None:
    a, b = Named("a", "a"), Named("b", "b")
    lists = [[a, b], [b, a], [a], [], [a, Named("b", "c")], [Named("a", "b"), Named("b", "b")], [Named("a\nb", "a\nb")]]
    assert len({write_listing(tmp_path / "listing", each).sha256 for each in lists}) == len(lists)


def test_a_million_pictures_are_a_file_and_some_numbers(tmp_path: Path) -> None:
    groups = write_listing(tmp_path / "listing", (Named(str(n), str(n)) for n in range(100_000)))
    assert groups[len(groups) - 1].pictures[-1].file == "99999"
    assert len(groups._starts) * groups._starts.itemsize < 100_000
