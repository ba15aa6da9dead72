"""What ingest, validate and split find of planted trouble, read from the files that they write."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from planted import Pair, Planted, pairs_across
from tiny_datasets import make_params

from tinysight.data.dataset import read_quarantine
from tinysight.data.groups import read_groups
from tinysight.data.imageset import SAMPLES, Sample, read_samples
from tinysight.data.splits import Split, assign
from tinysight.errors import DataError
from tinysight.paths import Paths
from tinysight.stages import ingest, split, validate

SIDES, SHARES = ("train", "val", "test"), (0.7, 0.15, 0.15)
MOST_SUSPECTED = 60


@dataclass(frozen=True)
class Findings:
    """How much of each trouble was found: found and planted, but where another meaning is given.

    Attributes:
        exact: pairs of the same bytes, named as such.
        near: pairs of altered copies in one group.
        flips: among the MOST_SUSPECTED.
        truncated: in quarantine.
        blanks: named as blank.
        turned: named as turned by EXIF.
        also_unreadable: untouched pictures in quarantine, and all untouched ones.
        also_blank: untouched pictures named as blank, and all untouched ones.
        also_turned: untouched pictures named as turned, and all untouched ones.
        also_grouped: untouched pictures that stand in a group, and all untouched ones.
        across_random: planted pairs on two sides of a random split that the source gave, before and after the leaks
            of it were left out.
        across_own: planted pairs on two sides of tinysight's own split, and all planted pairs.
        suspects: how many doubted labels were listed.
        missed_near: the near pairs that were not found, with how they were altered.
    """

    exact: tuple[int, int]
    near: tuple[int, int]
    flips: tuple[int, int]
    truncated: tuple[int, int]
    blanks: tuple[int, int]
    turned: tuple[int, int]
    also_unreadable: tuple[int, int]
    also_blank: tuple[int, int]
    also_turned: tuple[int, int]
    also_grouped: tuple[int, int]
    across_random: tuple[int, int]
    across_own: tuple[int, int]
    suspects: int
    missed_near: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """For a file of figures."""
        return asdict(self)


def find_planted(
    root: Path, pictures: Path, planted: Planted, *overrides: str, seed: int = 0, suspected: int = MOST_SUSPECTED
) -> Findings:
    """Runs ingest, validate and split on a planted folder, and compares what they write with what was planted.

    Args:
        root: of the work tree that the stages write to.
        pictures: what was planted in.
        planted: and what.
        overrides: of the configuration, such as dataset.image_size=28.
        seed: of the random split.
        suspected: among how many of the most suspected labels flips are looked for.
    """
    paths = Paths(root)
    for stage in (ingest, validate, split):
        stage.run(make_params("dataset=folder", f"dataset.path={pictures}", *overrides), paths)
    return _compare(paths, planted, seed, suspected)


def _compare(paths: Paths, planted: Planted, seed: int, suspected: int) -> Findings:
    samples = read_samples(paths.dataset / SAMPLES)
    groups = read_groups(paths.validation / "groups.csv", len(samples)).tolist()
    group_of = {sample.path: group for sample, group in zip(samples, groups, strict=True)}
    violations = json.loads((paths.validation / "violations.json").read_text(encoding="utf-8"))
    named = {violation["check"]: violation for violation in violations}
    blank, turned, suspects = (_paths(named, check) for check in ("blank", "exif_orientation", "label_errors"))
    unreadable = [entry.path for entry in read_quarantine(paths.dataset)]
    together = [set(paths) for paths in named.get("same_bytes", {"sets": []})["sets"]]
    exact = [pair for pair in planted.exact if any(paths.issuperset(pair) for paths in together)]
    missed = [number for number, (a, b) in enumerate(planted.near) if group_of[a] != group_of[b]]
    pairs, sizes = planted.exact + planted.near, Counter(groups)
    own = {samples[row].path: side for side, rows in Split.open(paths.split).sides().items() for row in rows}
    untouched = planted.untouched
    return Findings(
        exact=(len(exact), len(planted.exact)),
        near=(len(planted.near) - len(missed), len(planted.near)),
        flips=_share(planted.flips, suspects[:suspected]),
        truncated=_share(planted.truncated, unreadable),
        blanks=_share(planted.blanks, blank),
        turned=_share(planted.turned, turned),
        also_unreadable=_share(untouched, unreadable),
        also_blank=_share(untouched, blank),
        also_turned=_share(untouched, turned),
        also_grouped=(sum(sizes[group_of[path]] > 1 for path in untouched), len(untouched)),
        across_random=_across_random(samples, groups, pairs, seed),
        across_own=(len(pairs_across(pairs, own)), len(pairs)),
        suspects=len(suspects),
        missed_near=tuple(f"{' '.join(planted.near[number])}: {planted.alterations[number]}" for number in missed),
    )


def _paths(named: Mapping[str, dict[str, list[str]]], check: str) -> list[str]:
    return named[check]["paths"] if check in named else []


def _share(wanted: Iterable[str], named: Iterable[str]) -> tuple[int, int]:
    wanted = set(wanted)
    return len(wanted & set(named)), len(wanted)


def _across_random(samples: list[Sample], groups: list[int], pairs: list[Pair], seed: int) -> tuple[int, int]:
    """As if a source had divided its pictures at random: leaks are refused, or left out where that is asked for."""
    params = make_params()
    drawn = np.random.default_rng(seed).choice(SIDES, len(samples), p=SHARES)
    given = [replace(sample, split=str(side)) for sample, side in zip(samples, drawn, strict=True)]
    before = pairs_across(pairs, {sample.path: sample.split for sample in given})
    try:
        assign(given, groups, params.split, "refuse")
        raise AssertionError("a split with leaks was not refused")
    except DataError:
        left, _ = assign(given, groups, params.split, "leave_out")
    sides = {samples[row].path: side for side, rows in left.sides().items() for row in rows}
    return len(before), len(pairs_across(pairs, sides))
