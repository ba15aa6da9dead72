"""Thumbnails: of the file where it is there, never larger than it, within a bound on all of them."""

import base64
import io
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

import numpy as np
import pytest
from pictures import encode, quarters
from PIL import Image
from tiny_datasets import noise, sample

from tinysight.data.facts import Facts
from tinysight.data.imageset import ImageSet
from tinysight.data.report.thumbnails import Pictures, Thumbnail, shrunk_to
from tinysight.data.sources.source import SourceFile
from tinysight.errors import ImageError
from tinysight.imaging import Decoding, Pixels


def opened(thumbnail: Thumbnail) -> Image.Image:
    """The picture inside a data URI."""
    head, content = thumbnail.uri.split(",")
    assert head == "data:image/webp;base64"
    image = Image.open(io.BytesIO(base64.b64decode(content)))
    assert image.size == (thumbnail.width, thumbnail.height)
    return image


def pictures(files: Mapping[str, bytes], facts: Sequence[Facts] = (), pixels: Pixels | None = None) -> Pictures:
    """A data set of picture files."""
    samples = [sample(name, digest=sha256(data).hexdigest()) for name, data in files.items()]
    read: list[Callable[[], bytes]] = [lambda data=data: data for data in files.values()]  # type: ignore[misc]
    sources = {s.path: SourceFile(s.path, s.class_name, reader=r) for s, r in zip(samples, read, strict=True)}
    images = noise(len(samples)) if pixels is None else pixels
    return Pictures(ImageSet(images, samples), facts, sources, Decoding(8, background=(0, 0, 0)))


def test_a_small_picture_is_shown_pixel_by_pixel() -> None:
    shown = pictures({"q": encode(quarters())}, [Facts(16, 16, "PNG", "RGB", 1, 100)]).thumbnails([0])[0]
    assert shown.tiny
    np.testing.assert_array_equal(np.asarray(opened(shown).convert("RGB")), np.asarray(quarters()))


@pytest.mark.parametrize(("size", "expected"), [((400, 200), (128, 64)), ((30, 900), (4, 128)), ((1, 1), (1, 1))])
def test_a_picture_keeps_its_shape_and_has_no_padding(size: tuple[int, int], expected: tuple[int, int]) -> None:
    data = encode(Image.new("RGB", size, (250, 250, 250)))
    shown = pictures({"a": data}, [Facts(*size, "PNG", "RGB", 1, len(data))]).thumbnails([0])[0]
    assert opened(shown).size == expected
    assert np.asarray(opened(shown).convert("RGB")).min() > 240


def test_a_picture_that_exif_turns_is_shown_upright() -> None:
    data = encode(Image.new("RGB", (300, 100)))
    shown = pictures({"a": data}, [Facts(100, 300, "JPEG", "RGB", 6, len(data))]).thumbnails([0])[0]
    assert (shown.width, shown.height) == (128, 43)


def test_without_facts_the_file_is_shown_padded() -> None:
    shown = pictures({"a": encode(Image.new("RGB", (300, 100)))}).thumbnails([0])[0]
    assert (shown.width, shown.height) == (128, 128)


def test_a_file_that_is_gone_broken_or_changed_is_shown_as_ingest_saw_it() -> None:
    def broken() -> bytes:
        raise ImageError("gone", reason="broken")

    grey = np.full((3, 8, 8, 3), 77, np.uint8)
    known = pictures({name: encode(quarters()) for name in "abc"}, pixels=grey)
    files = dict(known.files)
    del files["cat/a.png"]
    files["cat/b.png"] = SourceFile("cat/b.png", "cat", reader=broken)
    files["cat/c.png"] = SourceFile("cat/c.png", "cat", reader=lambda: encode(Image.new("RGB", (9, 9))))
    shown = Pictures(known.images, known.facts, files, known.decoding).thumbnails([0, 1, 2])
    for one in shown.values():
        assert np.unique(np.asarray(opened(one).convert("RGB"))).tolist() == [77]


def test_only_the_pictures_that_are_shown_are_read() -> None:
    def refuse() -> bytes:
        raise AssertionError("was read")

    known = pictures({"a": encode(quarters()), "b": encode(quarters())})
    files = {**known.files, "cat/b.png": SourceFile("cat/b.png", "cat", reader=refuse)}
    assert list(Pictures(known.images, known.facts, files, known.decoding).thumbnails([0])) == [0]


@pytest.mark.parametrize("most", [600, 2_000, 20_000])
def test_a_thumbnail_is_no_longer_than_it_may_be(most: int) -> None:
    """Noise compresses worst: it gets poorer, then smaller."""
    picture = Image.fromarray(noise(1, 128)[0])
    shown = shrunk_to(picture, most)
    assert len(base64.b64decode(shown.uri.split(",")[1])) <= most
    opened(shown).load()


def test_what_the_model_sees_is_exact_at_usual_sizes() -> None:
    images = noise(1, 64)
    known = pictures({"a": b""}, pixels=images)
    np.testing.assert_array_equal(np.asarray(opened(known.seen(0)).convert("RGB")), images[0])


def test_large_images_are_shown_smaller() -> None:
    assert pictures({"a": b""}, pixels=noise(1, 520)).seen(0).width == 130
