"""Whatever a picture file holds, it becomes the same square of RGB, or one clear error."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from pictures import PHOTOS, VARIANTS, draw_scene, encode, quarters, save_oriented
from PIL import ExifTags, Image

from tinysight.errors import ImageError
from tinysight.imaging import Decoding, Fit, Header, decode_image, decode_with_header

EXACT = Decoding(16, background=(0, 0, 255))
BLUE, RED, WHITE = (0, 0, 255), (255, 0, 0), (255, 255, 255)
LOSSLESS = ["PNG", "BMP", "TIFF", "GIF"]


@pytest.mark.parametrize("form", LOSSLESS)
def test_lossless_formats_give_the_pixels_that_were_stored(form: str) -> None:
    assert np.array_equal(decode_image(encode(quarters(), form), EXACT), np.asarray(quarters()))


def test_lossless_webp_gives_the_pixels_that_were_stored() -> None:
    assert np.array_equal(decode_image(encode(quarters(), "WEBP", lossless=True), EXACT), np.asarray(quarters()))


@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
def test_lossy_formats_give_nearly_the_pixels_that_were_stored(form: str) -> None:
    plain = Image.new("RGB", (16, 16), (40, 120, 200))
    assert np.abs(decode_image(encode(plain, form, quality=95), EXACT).astype(int) - (40, 120, 200)).max() <= 4


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_format_and_mode_shows_the_same_scene(variant: str, tmp_path: Path) -> None:
    scene = draw_scene("disc", np.random.default_rng(3))
    VARIANTS[variant](scene, tmp_path / "picture", 5)
    (path,) = tmp_path.iterdir()
    pixels = decode_image(path.read_bytes(), Decoding(32, "stretch"))
    assert (pixels.shape, pixels.dtype) == ((32, 32, 3), np.uint8)
    assert pixels[14:18, 14:18].mean() < 100  # the dark disc
    assert pixels[:3, :3].mean() > 160  # the pale photo, or the white background


@pytest.mark.parametrize("mode", ["L", "1"])
def test_grey_becomes_three_equal_channels(mode: str) -> None:
    pixels = decode_image(encode(quarters(mode)), EXACT)
    assert np.array_equal(pixels, np.repeat(np.asarray(quarters(mode).convert("L"))[..., None], 3, axis=2))


@pytest.mark.parametrize("form", ["JPEG", "TIFF"])
def test_cmyk_keeps_its_colours(form: str) -> None:
    pixels = decode_image(encode(Image.new("RGB", (16, 16), RED).convert("CMYK"), form), EXACT)
    assert np.abs(pixels.astype(int) - RED).max() <= 4


@pytest.mark.parametrize("form", ["PNG", "WEBP", "TIFF"])
def test_transparent_pixels_show_the_background(form: str) -> None:
    image = quarters("RGBA")
    image.putalpha(Image.fromarray(np.repeat([[0], [255]], 8, axis=0).astype(np.uint8).repeat(16, axis=1)))
    pixels = decode_image(encode(image, form, **({"lossless": True} if form == "WEBP" else {})), EXACT)
    assert np.array_equal(pixels[:8], np.full((8, 16, 3), BLUE))
    assert np.array_equal(pixels[8:], np.asarray(quarters())[8:])


def test_half_transparent_pixels_mix_with_the_background() -> None:
    pixels = decode_image(encode(Image.new("LA", (16, 16), (255, 128))), EXACT)
    assert np.abs(pixels.astype(int) - (128, 128, 255)).max() <= 1


@pytest.mark.parametrize("mode", ["P", "L", "RGB", "1"])
def test_a_transparent_colour_shows_the_background(mode: str) -> None:
    image = Image.new("RGB", (16, 16)).convert(mode)  # black everywhere
    transparent = (0, 0, 0) if mode == "RGB" else 0
    assert np.array_equal(decode_image(encode(image, transparency=transparent), EXACT), np.full((16, 16, 3), BLUE))


def test_a_palette_with_an_alpha_for_each_colour_shows_the_background() -> None:
    image = Image.new("P", (16, 16), 1)
    image.putpalette([0, 0, 0, 255, 0, 0])
    pixels = decode_image(encode(image, transparency=bytes([255, 0])), EXACT)
    assert np.array_equal(pixels, np.full((16, 16, 3), BLUE))


def test_a_transparent_gif_shows_the_background() -> None:
    image = Image.new("P", (16, 16), 1)
    image.putpalette([0, 0, 0, 255, 0, 0])
    assert np.array_equal(decode_image(encode(image, "GIF", transparency=1), EXACT), np.full((16, 16, 3), BLUE))


def test_only_the_first_frame_counts() -> None:
    moving = encode(quarters(), "GIF", save_all=True, append_images=[Image.new("RGB", (16, 16), RED)])
    assert np.array_equal(decode_image(moving, EXACT), np.asarray(quarters()))


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_the_window_maps_deep_counts_to_eight_bits(form: str) -> None:
    counts = np.tile(np.array([0, 1000, 2000, 3000], dtype=np.uint16), (16, 4))
    windowed = Decoding(16, window=(1000.0, 3000.0))
    pixels = decode_image(encode(Image.fromarray(counts), form), windowed)
    assert pixels[0, :4, 0].tolist() == [0, 0, 128, 255]


def test_without_a_window_sixteen_bits_are_taken_whole() -> None:
    counts = np.tile(np.array([0, 257 * 100, 65535, 4095], dtype=np.uint16), (16, 4))
    assert decode_image(encode(Image.fromarray(counts)), EXACT)[0, :4, 0].tolist() == [0, 100, 255, 16]


def test_a_big_endian_deep_tiff_is_read_like_a_little_endian_one() -> None:
    counts = np.full((16, 16), 2000, dtype=np.uint16)
    little, big = (
        _tiff(order, counts.astype(f"{order}u2").tobytes(), bits=16, sample_format=1) for order in ("<", ">")
    )
    windowed = Decoding(16, window=(1000.0, 3000.0))
    assert np.array_equal(decode_image(little, windowed), decode_image(big, windowed))
    assert decode_image(big, windowed).max() == 128


def test_floating_point_pictures_need_a_window_and_survive_nan() -> None:
    values = np.full((16, 16), 0.5, dtype=np.float32)
    values[0, :3] = np.nan, np.inf, -np.inf
    data = encode(Image.fromarray(values), "TIFF")
    with pytest.raises(ImageError, match="no window for them") as caught:
        decode_image(data, EXACT)
    assert caught.value.reason == "unsupported"
    pixels = decode_image(data, Decoding(16, window=(0.0, 1.0)))
    assert pixels[0, :4, 0].tolist() == [0, 255, 0, 128]


def test_the_window_leaves_eight_bit_pictures_alone() -> None:
    data = encode(quarters("L"))
    assert np.array_equal(decode_image(data, Decoding(16, window=(1000.0, 3000.0))), decode_image(data, EXACT))


def test_a_deep_picture_larger_than_one_band_is_windowed_everywhere() -> None:
    counts = np.full((1500, 1000), 65535, dtype=np.uint16)
    assert decode_image(encode(Image.fromarray(counts), compress_level=1), EXACT)[:, 4:12].min() == 255


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_stands_upright(suffix: str, orientation: int, tmp_path: Path) -> None:
    path = tmp_path / f"turned{suffix}"
    save_oriented(quarters().resize((64, 48), Image.Resampling.NEAREST), path, orientation)
    pixels = decode_image(path.read_bytes(), Decoding(64, background=WHITE)).astype(int)
    corners = [pixels[y, x] for y, x in ((16, 8), (16, 56), (48, 8), (48, 56))]
    assert np.abs(np.array(corners) - [RED, (0, 255, 0), BLUE, WHITE]).max() < 40
    assert pixels[2].min() > 250  # padded above and below: the picture is wide again


def test_the_header_tells_how_the_picture_was_stored() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    data = encode(quarters("L").resize((640, 480)), "JPEG", exif=exif)
    pixels, header = decode_with_header(data, EXACT)
    assert header == Header((640, 480), "JPEG", "L", 6)
    assert np.array_equal(pixels, decode_image(data, EXACT))


def test_a_camera_s_jpeg_of_several_pictures_is_a_jpeg() -> None:
    frames = encode(quarters(), "MPO", save_all=True, append_images=[quarters()])
    assert decode_with_header(frames, EXACT)[1].format == "JPEG"


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")  # Pillow's word about the same damage
@pytest.mark.parametrize("block", [b"Exif\x00\x00II*\x00\xff\xff\xff\xff", b"Exif\x00\x00junk", b"Exif\x00\x00"])
def test_a_damaged_exif_block_does_not_lose_the_picture(block: bytes) -> None:
    data = encode(Image.new("RGB", (16, 16), RED), "JPEG", exif=block)
    assert np.abs(decode_image(data, EXACT).astype(int) - RED).max() <= 4


@pytest.mark.parametrize(("fit", "left", "middle"), [("pad", BLUE, RED), ("crop", RED, RED), ("stretch", RED, RED)])
def test_a_tall_picture_becomes_square(fit: Fit, left: tuple[int, int, int], middle: tuple[int, int, int]) -> None:
    pixels = decode_image(encode(Image.new("RGB", (20, 80), RED)), Decoding(16, fit, BLUE))
    assert pixels.shape == (16, 16, 3)
    assert (tuple(pixels[8, 0]), tuple(pixels[8, 8])) == (left, middle)


def test_pad_keeps_the_whole_picture_and_crop_its_middle() -> None:
    wide = np.zeros((8, 24, 3), dtype=np.uint8)
    wide[:, :8], wide[:, 8:16], wide[:, 16:] = RED, WHITE, RED
    data = encode(Image.fromarray(wide))
    assert tuple(decode_image(data, Decoding(24, "pad"))[12, 2]) == RED
    assert decode_image(data, Decoding(8, "crop")).min() == 255


@pytest.mark.parametrize("fit", ["pad", "crop", "stretch"])
@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (7, 5)])
def test_odd_sizes_become_square_in_little_memory(fit: Fit, size: tuple[int, int]) -> None:
    pixels = decode_image(encode(Image.new("RGB", size, RED)), Decoding(16, fit, RED))
    assert np.array_equal(pixels, np.full((16, 16, 3), RED))


@pytest.mark.parametrize("name", ["china.jpg", "flower.jpg"])
def test_the_fast_jpeg_path_stays_close_to_a_full_decode(name: str) -> None:
    data = (PHOTOS / name).read_bytes()
    with Image.open(io.BytesIO(data)) as photo:
        full = decode_image(encode(photo, "PNG"), Decoding(64))
    difference = np.abs(decode_image(data, Decoding(64)).astype(int) - full)
    assert difference.mean() < 0.7
    assert difference.max() < 24


@pytest.mark.parametrize(("name", "means"), [("china.jpg", (181, 181, 178)), ("flower.jpg", (121, 133, 122))])
def test_photos_decode_as_they_did_before(name: str, means: tuple[int, int, int]) -> None:
    pixels = decode_image((PHOTOS / name).read_bytes(), Decoding(64))
    assert np.abs(pixels.mean(axis=(0, 1)) - means).max() < 1.5


def _tiff(order: str, content: bytes, *, bits: int, sample_format: int) -> bytes:
    """A 16×16 grey TIFF in one strip, in either byte order."""
    tags = [(256, 16), (257, 16), (258, bits), (259, 1), (262, 1), (273, 0), (277, 1), (278, 16), (339, sample_format)]
    tags.append((279, len(content)))
    start = 8 + 2 + 12 * len(tags) + 4
    entries = [(tag, start if tag == 273 else value) for tag, value in sorted(tags)]
    directory = b"".join(struct.pack(f"{order}HHII", tag, 4, 1, value) for tag, value in entries)
    mark = b"II" if order == "<" else b"MM"
    header = mark + struct.pack(f"{order}HI", 42, 8) + struct.pack(f"{order}H", len(tags))
    return header + directory + struct.pack(f"{order}I", 0) + content
