"""Every picture is looked at once, on all cores, and very many need little more memory than many."""

from hashlib import sha256

import numpy as np
import pytest
from pictures import encode
from PIL import Image

from tinysight.data import survey as surveys
from tinysight.data.sources.source import SourceFile
from tinysight.data.survey import SAMPLED_COUNTS, survey
from tinysight.errors import ImageError


def deep(number: int) -> bytes:
    return encode(Image.fromarray(np.full((40, 50), 1000 + number, dtype=np.uint16)))


def gone() -> bytes:
    raise ImageError("not there", reason="broken")


def test_what_can_be_read_is_described_and_what_cannot_is_listed_with_its_reason() -> None:
    good, half = encode(Image.new("L", (30, 20))), encode(Image.new("RGB", (30, 20)), "JPEG")[:200]
    files = [
        SourceFile("a/1.png", "a", reader=lambda: good),
        SourceFile("a/2.jpg", "a", reader=lambda: half),
        SourceFile("a/3.jpg", "a", reader=gone),
    ]
    found = survey(files)
    (look,) = found.looks
    assert (look.file, look.size, look.mode, look.format, look.file_bytes) == (
        files[0],
        (30, 20),
        "L",
        "PNG",
        len(good),
    )
    assert [entry.path for entry in found.broken] == ["a/2.jpg", "a/3.jpg"]
    assert found.broken[1].reason == "not there"
    assert found.digests == {"a/1.png": sha256(good).hexdigest(), "a/2.jpg": sha256(half).hexdigest()}


def test_looks_come_in_the_order_of_the_files_however_many_there_are() -> None:
    data = [encode(Image.new("L", (1 + number, 9))) for number in range(70)]
    files = [SourceFile(f"a/{number}", "a", reader=lambda number=number: data[number]) for number in range(70)]
    assert [look.size[0] for look in survey(files).looks] == list(range(1, 71))


@pytest.mark.parametrize("count", [5, 8, 9, 40])
def test_of_very_many_deep_pictures_only_some_keep_their_counts(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surveys, "DEEP_PICTURES", 8)
    files = [SourceFile(f"a/{number}", "a", reader=lambda number=number: deep(number)) for number in range(count)]
    looks = survey(files).looks
    kept = [number for number, look in enumerate(looks) if look.counts.size]
    assert len(looks) == count
    assert min(count, 5) <= len(kept) <= 8
    assert all(look.counts.size in (0, SAMPLED_COUNTS) for look in looks)
    assert len(set(np.diff(kept))) == 1  # evenly
    assert [looks[number].counts[0] for number in kept] == [1000 + number for number in kept]


def test_nothing_is_nothing() -> None:
    assert survey([]) == surveys.Survey([], [], {})
