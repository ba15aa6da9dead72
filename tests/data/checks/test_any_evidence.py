"""Whatever a data set is like, each finding is whole: a sentence, paths that are there, a detail for each."""

import numpy as np
from evidences import evidence
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tinysight.data.checks.registry import find_violations
from tinysight.data.evidence import Evidence
from tinysight.data.facts import Facts
from tinysight.data.imageset import Sample
from tinysight.data.suspects import Suspect
from tinysight.imaging import Pixels

FACTS = st.builds(
    Facts,
    width=st.integers(1, 5000),
    height=st.integers(1, 5000),
    format=st.sampled_from(["PNG", "JPEG"]),
    mode=st.sampled_from(["RGB", "L", "I;16", "PA"]),
    orientation=st.integers(1, 8),
    file_bytes=st.integers(1, 10**7),
)
NAMES = ("cat", "Cat ", "dog", "a, b\nc", "é")


@st.composite
def any_pixels(draw: st.DrawFn, count: int) -> Pixels:
    random = np.random.default_rng(draw(st.integers(0, 99)))
    pixels = random.integers(0, 256, (count, 8, 8, 3)).astype(np.uint8)
    for row in range(count):
        scale, shift = draw(st.sampled_from([(1, 0), (0, 255), (0, 0), (0.1, 0), (0.1, 220), (0, 90)]))
        pixels[row] = (pixels[row] * scale + shift).astype(np.uint8) if scale < 1 else pixels[row]
    return pixels


@st.composite
def any_evidence(draw: st.DrawFn) -> Evidence:
    count = draw(st.integers(0, 30))
    rows = st.integers(0, count - 1)
    samples = []
    for row in range(count):
        name = draw(st.sampled_from(NAMES))
        digest, split, group = (
            draw(st.sampled_from(kinds)) for kinds in (["x", str(row)], ["", "train", "test"], ["", "g"])
        )
        samples.append(Sample(f"{row}.png", digest, name, NAMES.index(name), split, group))
    pairs = draw(st.lists(st.tuples(rows, rows), max_size=8)) if count else []
    suspects = (
        draw(st.lists(st.builds(Suspect, rows, st.just("cat"), st.just("dog"), st.floats(0, 1)), max_size=4))
        if count
        else []
    )
    return evidence(
        samples, draw(any_pixels(count)), draw(st.lists(FACTS, min_size=count, max_size=count)),
        empty=draw(st.sets(st.text(max_size=3), max_size=2)), broken=draw(st.lists(st.text(max_size=3), max_size=5)),
        near=pairs, large=[pair for pair in pairs if pair[0] != pair[1]][:2], suspects=suspects,
        image_size=draw(st.integers(8, 512)), leaks=draw(st.sampled_from(["refuse", "leave_out"])),
    )  # fmt: skip


@given(any_evidence())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_each_finding_is_whole(known: Evidence) -> None:
    paths = {sample.path for sample in known.samples} | {entry.path for entry in known.quarantine}
    for found in find_violations(known):
        assert found.count >= 1 or found.check == "one_class"
        assert found.message.endswith(".")
        assert len(found.message.splitlines()) == 1
        assert set(found.paths) <= paths
        assert len(found.details) in (0, len(found.paths))
        assert {path for members in found.sets for path in members} <= set(found.paths)
