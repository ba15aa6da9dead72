"""A picture's side follows from its digest: it stays when data is added, with its near-duplicates."""

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_datasets import CLASSES, balanced, make_params, sample

from tinysight.data.groups import group_samples
from tinysight.data.imageset import Sample
from tinysight.data.sides import lay_out, own_side, position_of
from tinysight.data.sources.source import list_source
from tinysight.data.splits import Exemption, Split, assign
from tinysight.errors import DataError
from tinysight.params import SplitParams

FRACTIONS = SplitParams(train=0.7, val=0.15, test=0.15)
SPANS = lay_out({"train": 0.7, "val": 0.15, "test": 0.15})
ANCHORS = balanced(30, "anchor")  # so that every class has every side

Item = tuple[int, str, str, int]  # picture, class, group of the source, what it looks like


def build(items: Sequence[Item]) -> tuple[list[Sample], list[int]]:
    """The anchors and some more pictures, of which few looks and groups make many near-duplicates."""
    more = [sample(f"{n}-{i}", name, digest=sample(str(n)).digest, group=g) for i, (n, name, g, _) in enumerate(items)]
    keys = [b"anchor %d" % row for row in range(len(ANCHORS))] + [b"look %d" % look for *_, look in items]
    samples = [*ANCHORS, *more]
    return samples, group_samples(samples, keys).tolist()


def sides_of(samples: Sequence[Sample], split: Split) -> dict[str, str]:
    return {samples[row].path: side for side, rows in split.sides().items() for row in rows}


def exempt(*lists: Sequence[Exemption], kind: str = "") -> set[str]:
    return {path for found in lists for one in found if kind in one.kind for path in one.paths}


def on_side(side: str, count: int, class_name: str = "cat") -> list[Sample]:
    """Samples whose own digests put them on a side."""
    found = (sample(f"found{n}", class_name) for n in range(10_000))
    wanted = (one for one in found if own_side(one.digest, SPANS) == side)
    return [next(wanted) for _ in range(count)]


def alone(samples: Sequence[Sample], **merged: Sequence[int]) -> list[int]:
    """Each row a group of its own, but for rows that are merged into their first."""
    groups = list(range(len(samples)))
    for rows in merged.values():
        for row in rows:
            groups[row] = rows[0]
    return groups


items = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from(CLASSES), st.sampled_from(["", "", "s1", "s2"]), st.integers(0, 60)),
    max_size=40,
)


@given(items, items)
@settings(deadline=None)
def test_a_picture_stays_on_its_side_when_others_come(before: list[Item], added: list[Item]) -> None:
    """But for the exemptions, and even those never leave train."""
    samples, groups = build(before)
    grown, grown_groups = build([*before, *added])
    first, first_exempt = assign(samples, groups, FRACTIONS)
    second, second_exempt = assign(grown, grown_groups, FRACTIONS)
    old, new = sides_of(samples, first), sides_of(grown, second)
    moved = {path for path, side in old.items() if new[path] != side}
    assert moved <= exempt(first_exempt, second_exempt)
    assert all(new[path] == "train" for path in moved - exempt(first_exempt, second_exempt, kind="quota"))


@given(items)
@settings(deadline=None)
def test_every_row_has_one_side_and_every_group_is_whole(drawn: list[Item]) -> None:
    samples, groups = build(drawn)
    split, _ = assign(samples, groups, FRACTIONS)
    side_of_row = {int(row): side for side, rows in split.sides().items() for row in rows}
    assert sorted(side_of_row) == list(range(len(samples))) == sorted(np.concatenate([*split.sides().values()]))
    assert len({(group, side_of_row[row]) for row, group in enumerate(groups)}) == len(set(groups))


@given(st.integers(30, 300), st.integers(0, 10_000), items)
@settings(deadline=None)
def test_a_fifth_more_pictures_move_none_but_the_exempt(count: int, seed: int, drawn: list[Item]) -> None:
    """And all that did not move for a small class moved to train, with the group that it joined."""
    before = [*balanced(count, f"old {seed} "), *build(drawn)[0]]
    added = [sample(f"new {seed} {n}", CLASSES[n % 3]) for n in range(len(before) // 5)]
    random = Random(seed)
    near = [(random.randrange(len(before) + len(added)), random.randrange(len(before))) for _ in range(6)]
    old_near = [pair for pair in near if max(pair) < len(before)]
    first, first_exempt = assign(before, _grouped(before, old_near), FRACTIONS)
    grown = [*before, *added]
    second, second_exempt = assign(grown, _grouped(grown, near), FRACTIONS)
    old, new = sides_of(before, first), sides_of(grown, second)
    moved = {path for path, side in old.items() if new[path] != side}
    assert moved <= exempt(first_exempt, second_exempt)
    assert {new[path] for path in moved - exempt(first_exempt, second_exempt, kind="quota")} <= {"train"}


def _grouped(samples: Sequence[Sample], near: Sequence[tuple[int, int]]) -> list[int]:
    return group_samples(samples, [b"%d" % row for row in range(len(samples))], near).tolist()


@given(items, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_the_rows_does_not_matter(drawn: list[Item], random: Random) -> None:
    samples, groups = build(drawn)
    order = list(range(len(samples)))
    random.shuffle(order)
    shuffled, shuffled_groups = [samples[row] for row in order], [1000 - groups[row] for row in order]
    split, exemptions = assign(samples, groups, FRACTIONS)
    other, other_exemptions = assign(shuffled, shuffled_groups, FRACTIONS)
    assert sides_of(samples, split) == sides_of(shuffled, other)
    found, others = ([(one.kind, sorted(one.paths)) for one in some] for some in (exemptions, other_exemptions))
    assert found == others


@given(st.integers(0, 10_000), st.floats(0.2, 0.8), st.floats(0.2, 0.8))
@settings(deadline=None, derandomize=True, max_examples=25)
def test_fractions_are_binomial_around_what_is_asked_for(seed: int, train: float, rest: float) -> None:
    samples = balanced(400, f"seed {seed} ")
    fractions = SplitParams(train=train, val=(1 - train) * rest, test=(1 - train) * (1 - rest))
    split, exemptions = assign(samples, alone(samples), fractions)
    assert not exemptions
    for side, rows in split.sides().items():
        share = getattr(fractions, side)
        assert abs(len(rows) / 1200 - share) < 3.5 * (share * (1 - share) / 1200) ** 0.5


def check_shares(samples: Sequence[Sample]) -> None:
    """No class further from 70/15/15 than 3.5 binomial standard errors."""
    split, exemptions = assign(samples, alone(samples), FRACTIONS)
    assert not exemptions
    counts = Counter(one.class_name for one in samples)
    for side, rows in split.sides().items():
        share = getattr(FRACTIONS, side)
        found = Counter(samples[row].class_name for row in rows)
        for name, count in counts.items():
            assert abs(found[name] / count - share) < 3.5 * (share * (1 - share) / count) ** 0.5


@pytest.mark.parametrize(("count", "draws"), [(100, 30), (300, 30), (1000, 15), (5000, 3)])
def test_no_class_is_far_from_what_is_asked_for(count: int, draws: int) -> None:
    for draw in range(draws):
        check_shares(balanced(count, f"draw {draw} of {count} "))


def test_the_digits_are_divided_as_asked_for() -> None:
    """5,000 pictures by their real digests: each class, and the whole within a point."""
    dataset = make_params().dataset
    files = list_source(dataset, Path()).files
    samples = [Sample(file.path, sha256(file.read()).hexdigest(), file.class_name, 0) for file in files]
    check_shares(samples)
    split, _ = assign(samples, alone(samples), FRACTIONS)
    assert all(abs(len(rows) / 5000 - getattr(FRACTIONS, side)) < 0.01 for side, rows in split.sides().items())


def test_a_position_never_changes_between_versions() -> None:
    """Else everybody's pictures would change sides."""
    assert position_of("0" * 64) == 0.37842344159579133


def test_a_new_picture_joins_two_groups_in_train() -> None:
    train, test = on_side("train", 1)[0], on_side("test", 1)[0]
    samples = [*ANCHORS, train, test]
    rows = [len(ANCHORS), len(ANCHORS) + 1]
    apart, none = assign(samples, alone(samples), FRACTIONS)
    joined, exemptions = assign(samples, alone(samples, likeness=rows), FRACTIONS)
    assert (rows[1] in apart.test, none) == (True, [])
    assert set(rows) <= set(joined.train.tolist())
    assert [(one.kind, one.paths) for one in exemptions] == [("joined", (train.path, test.path))]


def test_val_and_test_are_joined_in_train_too() -> None:
    """On either of the two, one of the pictures would have changed between choosing and judging."""
    samples = [*ANCHORS, *on_side("val", 1), *on_side("test", 1)]
    rows = [len(ANCHORS), len(ANCHORS) + 1]
    split, _ = assign(samples, alone(samples, likeness=rows), FRACTIONS)
    assert set(rows) <= set(split.train.tolist())


@pytest.mark.parametrize("side", ["train", "val", "test"])
def test_near_duplicates_whose_own_sides_agree_stay_there(side: str) -> None:
    samples = [*ANCHORS, *on_side(side, 3)]
    rows = [len(ANCHORS) + i for i in range(3)]
    split, exemptions = assign(samples, alone(samples, likeness=rows), FRACTIONS)
    assert set(rows) <= set(split.sides()[side].tolist())
    assert not exemptions


def test_a_named_group_has_one_side_however_many_pictures_it_gets() -> None:
    """Its name decides, so that large sessions go to val and test as often as small ones."""
    names = [f"session {n}" for n in range(200)]
    samples = [*ANCHORS, *(sample(f"{name} {n}", group=name) for name in names for n in range(5))]
    split, exemptions = assign(samples, group_samples(samples, [b"%d" % n for n in range(len(samples))]), FRACTIONS)
    assert not exemptions
    sessions = sum(int(row) >= len(ANCHORS) for row in split.test) / 5
    assert abs(sessions / 200 - 0.15) < 3.5 * (0.15 * 0.85 / 200) ** 0.5


@pytest.mark.parametrize("side", ["train", "val", "test"])
def test_a_class_of_three_pictures_has_one_on_each_side(side: str) -> None:
    """Wherever their own digests put them."""
    samples = [*balanced(30, "anchor"), *on_side(side, 3, "yak")]
    split, exemptions = assign(samples, alone(samples), FRACTIONS)
    assert sorted(sides_of(samples, split)[one.path] for one in samples[-3:]) == ["test", "train", "val"]
    assert [one.kind for one in exemptions] == ["quota", "quota"]
    assert all("yak" in one.message for one in exemptions)


def test_joined_groups_are_moved_for_a_quota_only_when_no_other_can_be() -> None:
    pairs = [*on_side("train", 3, "yak"), *on_side("test", 3, "yak")]
    samples = [*ANCHORS, *pairs]
    start = len(ANCHORS)
    groups = alone(samples, a=[start, start + 3], b=[start + 1, start + 4], c=[start + 2, start + 5])
    split, _ = assign(samples, groups, FRACTIONS)
    found = sides_of(samples, split)
    assert sorted(found[one.path] for one in pairs) == ["test", "test", "train", "train", "val", "val"]
    more = [*samples, *on_side("train", 5, "yak")[3:]]
    _, exemptions = assign(more, [*groups, len(samples), len(samples) + 1], FRACTIONS)
    assert exempt(exemptions, kind="quota") == {one.path for one in more[-2:]}


def test_a_class_with_too_few_groups_is_refused_in_words() -> None:
    samples = [*ANCHORS, *(sample(f"{n}", "yak") for n in range(9))]
    groups = alone(samples, a=range(len(ANCHORS), len(samples) - 1))
    with pytest.raises(DataError, match=r"Class yak .* form 2 groups .* Add pictures"):
        assign(samples, groups, FRACTIONS)


def test_test_rows_of_the_source_are_kept_and_the_others_divided_between_train_and_val() -> None:
    own = [sample(f"own{n}", name, split="test") for name in CLASSES for n in range(10)]
    samples = [*balanced(1000), *own]
    split, _ = assign(samples, alone(samples), FRACTIONS)
    assert split.test.tolist() == list(range(3000, 3030))
    expected = 0.7 / 0.85
    assert abs(len(split.train) / 3000 - expected) < 3.5 * (expected * (1 - expected) / 3000) ** 0.5


def test_given_sides_are_kept() -> None:
    samples = [sample(f"{side}{n}", name, split=side) for side in SPANS for name in CLASSES for n in range(4)]
    split, exemptions = assign(samples, alone(samples), FRACTIONS)
    assert [rows.tolist() for rows in split.sides().values()] == [[*range(12)], [*range(12, 24)], [*range(24, 36)]]
    assert not exemptions


def test_a_group_on_two_given_sides_is_a_leak() -> None:
    samples = [*ANCHORS, sample("a", split="train"), sample("b", split="test")]
    with pytest.raises(DataError, match=r"cat/a.png \(train\), cat/b.png \(test\)\. .*Remove .*leave_out"):
        assign(samples, alone(samples, leak=[90, 91]), FRACTIONS)


def test_at_most_five_leaks_are_named() -> None:
    samples = [*ANCHORS, *(sample(f"{n}", split=side) for n in range(7) for side in ("val", "test"))]
    pairs = {f"pair{n}": [90 + 2 * n, 91 + 2 * n] for n in range(7)}
    with pytest.raises(DataError, match=r"^7 groups .*: ([^;]* \(val\), [^;]* \(test\); ){5}\.\.\."):
        assign(samples, alone(samples, **pairs), FRACTIONS)


@pytest.mark.parametrize(
    ("given_sides", "kept"),
    [("train test", "test"), ("train val test", "test"), ("train val", "val"), ("test test train", "test")],
)
def test_what_leaks_from_a_lower_side_is_left_out_on_request(given_sides: str, kept: str) -> None:
    """Test stays whole, then val."""
    leaking = [sample(f"{n}{side}", split=side) for n, side in enumerate(given_sides.split())]
    samples = [*(sample(f"g{n}", name, split=side) for side in SPANS for name in CLASSES for n in range(3)), *leaking]
    rows = range(27, len(samples))
    split, exemptions = assign(samples, alone(samples, leak=rows), FRACTIONS, "leave_out")
    found = sides_of(samples, split)
    assert [found.get(one.path) for one in leaking] == [kept if one.split == kept else None for one in leaking]
    left = tuple(one.path for one in leaking if one.split != kept)
    assert [(one.kind, one.paths) for one in exemptions] == [("left_out", left)]


def test_a_class_whose_only_test_picture_leaks_keeps_it() -> None:
    """What is left out counts for no class, so that another one is missed in words, not in silence."""
    dogs = [sample("a", "dog", split="train"), *(sample(f"{n}", "dog", split="val") for n in range(3))]
    cats = [sample(f"{n}{side}", split=side) for side in SPANS for n in range(3)]
    samples = [*cats, *dogs]
    with pytest.raises(DataError, match="Class dog has no picture to spare for train"):
        assign(samples, alone(samples, leak=[8, 9]), FRACTIONS, "leave_out")


def test_a_near_duplicate_of_a_given_test_picture_stands_on_no_side() -> None:
    """The source's test rows stay what they are, and nothing of them is learned."""
    samples = [*ANCHORS, sample("a"), sample("b", split="test")]
    split, exemptions = assign(samples, alone(samples, likeness=[90, 91]), FRACTIONS)
    assert split.test.tolist() == [91]
    assert 90 not in [*split.train, *split.val]
    assert [(one.kind, one.paths) for one in exemptions] == [("left_out", ("cat/a.png",))]


def test_a_near_duplicate_of_a_given_train_picture_follows_it() -> None:
    samples = [*ANCHORS, on_side("test", 1)[0], sample("b", split="train")]
    split, exemptions = assign(samples, alone(samples, likeness=[90, 91]), FRACTIONS)
    assert {90, 91} <= set(split.train.tolist())
    assert [one.kind for one in exemptions] == ["joined"]


def test_an_unknown_given_side_is_refused() -> None:
    samples = [*ANCHORS, sample("a", split="validation")]
    with pytest.raises(DataError, match="Received: validation"):
        assign(samples, alone(samples), FRACTIONS)


def test_a_folder_without_a_whole_split_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "train.npy", np.arange(3))
    with pytest.raises(DataError, match="holds no split"):
        Split.open(tmp_path)
