"""A journal of scores that is cut off or damaged anywhere gives the groups before that, and goes on after them."""

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tinysight.scoring.group_scores import GroupScores
from tinysight.scoring.score_journal import score_journal

CLASSES = 3


def group(number: int, size: int) -> GroupScores:
    values = np.random.default_rng(number).random((size, CLASSES), dtype=np.float32)
    values[0] = np.nan
    return GroupScores(values, {0: f"broken: é {number}"} if number % 2 else {})


def write(path: Path, groups: list[GroupScores]) -> int:
    with score_journal(path, CLASSES) as journal:
        found = list(journal.earlier())
        for each in groups[len(found) :]:
            journal.add(each)
    return len(found)


def read(path: Path) -> list[GroupScores]:
    with score_journal(path, CLASSES) as journal:
        return list(journal.earlier())


def same(one: list[GroupScores], other: list[GroupScores]) -> bool:
    return len(one) == len(other) and all(
        np.array_equal(a.probabilities, b.probabilities, equal_nan=True) and a.errors == b.errors
        for a, b in zip(one, other, strict=True)
    )


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=5), st.floats(0, 1), st.booleans())
def test_what_is_whole_is_kept_wherever_it_was_cut_or_damaged(sizes: list[int], where: float, cut: bool) -> None:
    groups = [group(number, size) for number, size in enumerate(sizes)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scores"
        assert write(path, groups) == 0
        content = path.read_bytes()
        at = int(where * (len(content) - 1))
        path.write_bytes(content[:at] if cut else content[:at] + bytes([content[at] ^ 255]) + content[at + 1 :])
        kept = read(path)
        assert same(kept, groups[: len(kept)])
        assert write(path, groups) == len(kept) < len(groups)
        assert path.read_bytes() == content


def test_an_empty_journal_is_one(tmp_path: Path) -> None:
    assert read(tmp_path / "scores") == []
