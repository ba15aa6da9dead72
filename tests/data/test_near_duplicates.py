"""Pictures that were saved again are found among many; plain pictures that look alike are not."""

from pathlib import Path

import numpy as np
import pytest
from pictures import encode
from PIL import Image, ImageEnhance
from tiny_datasets import noise

from tinysight.data.near_duplicates import find_near_duplicates
from tinysight.data.sources.digits import list_files
from tinysight.imaging import Decoding, Pixels, decode_image
from tinysight.params import DigitsParams

DECODING = Decoding(28, background=(0, 0, 0))


def digit_files(count: int) -> list[bytes]:
    """Some of the digits' files, of all kinds."""
    dataset = DigitsParams(
        kind="digits", name="digits", path="", image_size=28, fit="pad", background=(0, 0, 0), window=None
    )
    files = list_files(dataset, Path()).files
    return [file.read() for file in files[:: len(files) // count][:count]]


def saved_again(data: bytes, number: int, folder: Path) -> bytes:
    """The same picture as another program would have written it."""
    path = folder / f"{number}.png"
    path.write_bytes(data)
    with Image.open(path) as picture:
        changed = (
            lambda: encode(picture, "JPEG", quality=40 + number % 50),
            lambda: encode(picture.resize((20 + number % 30,) * 2, Image.Resampling.BICUBIC)),
            lambda: encode(ImageEnhance.Brightness(picture).enhance(0.85 + 0.003 * (number % 100)), "WEBP"),
        )
        return changed[number % 3]()


def decode(files: list[bytes]) -> Pixels:
    return np.stack([decode_image(data, DECODING) for data in files])


def test_digits_that_were_saved_again_are_found_and_few_others_are(tmp_path: Path) -> None:
    """Of 100 planted ones at least 95; of the others at most 1 %."""
    files = digit_files(1000)
    copies = [saved_again(files[number * 10], number, tmp_path) for number in range(100)]
    pairs = find_near_duplicates(decode(files + copies))
    planted = {(number * 10, 1000 + number) for number in range(100)}
    assert len(planted & set(pairs)) >= 95
    assert len({row for pair in set(pairs) - planted for row in pair}) <= 10


def test_pairs_are_ordered_and_come_once() -> None:
    pixels = np.concatenate([noise(20, 16), noise(20, 16)])
    assert find_near_duplicates(pixels) == [(row, row + 20) for row in range(20)]


def test_large_pictures_are_compared_by_thumbnails() -> None:
    small = noise(12, 16)
    large = np.repeat(np.repeat(small, 6, axis=1), 6, axis=2)  # (12, 96, 96, 3)
    paler = (large * 0.9 + 10).astype(np.uint8)
    assert find_near_duplicates(np.concatenate([large, paler])) == [(row, row + 12) for row in range(12)]


def test_blank_pictures_are_no_near_duplicates() -> None:
    """Nothing is in them that could be told apart."""
    pixels = np.repeat(np.arange(0, 250, 5, dtype=np.uint8), 16 * 16 * 3).reshape(-1, 16, 16, 3)
    assert find_near_duplicates(pixels) == []


def test_small_drawings_on_empty_pages_are_told_apart_and_found_again() -> None:
    """Taken together such a page is almost blank; what is on it is not."""
    pages = []
    for number in range(12):
        page = Image.new("RGB", (212, 300), "white")
        page.paste((120, 150, 200), (60 + 5 * number, 90 + 12 * (number % 5), 74 + 5 * number, 102 + 13 * (number % 5)))
        pages.append(page)
    assert np.asarray(pages[0]).std() < 6
    files = [encode(page) for page in pages] + [encode(page, "JPEG", quality=60) for page in pages]
    pixels = np.stack([decode_image(data, Decoding(64)) for data in files])
    assert find_near_duplicates(pixels) == [(row, row + 12) for row in range(12)]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_handful_of_pictures_is_enough(count: int) -> None:
    assert find_near_duplicates(noise(count, 16)) == []


def test_many_equal_pictures_are_paired_with_the_first() -> None:
    one = noise(1, 16)
    pairs = find_near_duplicates(np.repeat(one, 60, axis=0))
    assert pairs == [(0, row) for row in range(1, 60)]
