"""A picture moves as the ranges say, by a draw that belongs to its row."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_datasets import noise

from tinysight.data.augmentation import Fill, Matrices, Warps, compose, draw_matrices, resample, warp
from tinysight.imaging import Pixels

SIDE = 21  # odd, so that one pixel is the centre
EVERYTHING = Warps(shift=0.2, rotation=20, shear=11.5, zoom=0.2, flip=True)


def dot(x: int, y: int) -> Pixels:
    """(1, 21, 21, 3): black, with one white pixel."""
    image = np.zeros((1, SIDE, SIDE, 3), np.uint8)
    image[0, y, x] = 255
    return image


def motion(
    x: float = 0, y: float = 0, rotation: float = 0, shear: float = 0, zoom: float = 1, flip: bool = False
) -> Matrices:
    """(1, 2, 3): one picture's motion, in pixels and degrees."""
    turned, leant = np.radians([rotation]), np.radians([shear])
    shift = np.array([[x, y]], np.float64)
    return compose(SIDE, shift=shift, rotation=turned, shear=leant, zoom=np.array([zoom]), flip=np.array([flip]))


@pytest.mark.parametrize(
    ("matrices", "start", "end"),
    [
        pytest.param(motion(x=3, y=-2), (10, 10), (13, 8), id="shift right and up"),
        pytest.param(motion(rotation=90), (15, 10), (10, 5), id="counterclockwise: from the right to the top"),
        pytest.param(motion(rotation=-90), (15, 10), (10, 15), id="clockwise: from the right to the bottom"),
        pytest.param(motion(shear=45), (10, 5), (5, 5), id="the top leans to the left"),
        pytest.param(motion(flip=True), (3, 7), (17, 7), id="left becomes right"),
        pytest.param(motion(x=2, rotation=90, flip=True), (5, 10), (12, 5), id="flip, then turn, then shift"),
    ],
)
def test_a_dot_moves_as_documented(matrices: Matrices, start: tuple[int, int], end: tuple[int, int]) -> None:
    moved = resample(dot(*start), matrices, Warps())
    assert np.abs(moved.astype(int) - dot(*end)).max() <= 1


def test_zoom_above_one_moves_points_away_from_the_centre() -> None:
    corner = motion(zoom=1.5)[0] @ [14, 10, 1]
    assert corner == pytest.approx([16, 10])


@pytest.mark.parametrize("fill", ["nearest", "background"])
def test_without_ranges_pictures_stay_as_they_are(fill: Fill) -> None:
    images = noise(20, 16)
    assert np.array_equal(warp(images, np.arange(20), Warps(fill=fill), seed=1, draw=2), images)


@pytest.mark.parametrize(("fill", "edge"), [("nearest", (255, 255, 255)), ("background", (9, 8, 7))])
def test_what_comes_in_at_the_edge_is_the_fill(fill: Fill, edge: tuple[int, int, int]) -> None:
    images = np.zeros((1, SIDE, SIDE, 3), np.uint8)
    images[:, :, 0] = 255
    moved = resample(images, motion(x=4), Warps(fill=fill, background=(9, 8, 7)))
    assert moved[0, 10, 0].tolist() == list(edge)


@given(st.lists(st.integers(0, 29), min_size=1, max_size=30), st.integers(0, 2**33), st.integers(0, 50))
def test_a_draw_belongs_to_the_row_not_to_the_batch(rows: list[int], seed: int, draw: int) -> None:
    images = noise(30)
    whole = warp(images, np.arange(30), EVERYTHING, seed=seed, draw=draw)
    assert np.array_equal(warp(images[rows], np.array(rows), EVERYTHING, seed=seed, draw=draw), whole[rows])


def test_every_seed_draw_and_row_gives_another_motion() -> None:
    drawn = [
        matrix.tobytes()
        for seed in (0, 1, 1_000_003)
        for draw in range(3)
        for matrix in draw_matrices(np.arange(100), SIDE, EVERYTHING, seed=seed, draw=draw)
    ]
    assert len(set(drawn)) == 900


def test_motions_fill_their_ranges() -> None:
    """Of 20,000 draws the largest come near the limits, none beyond, and half are mirrored."""
    warps = Warps(shift=0.15, rotation=10, zoom=0.2, flip=True)
    matrices = draw_matrices(np.arange(20_000), 101, warps, seed=0, draw=0)
    mirrored = np.linalg.det(matrices[:, :, :2]) < 0
    zoom = np.sqrt(np.abs(np.linalg.det(matrices[:, :, :2])))
    angle = np.degrees(np.arctan2(matrices[:, 0, 1], matrices[:, 1, 1]))
    shift = (matrices @ [50, 50, 1] - 50) / 101
    for values, low, high in (
        (zoom, 0.8, 1.2),
        (angle, -10, 10),
        (shift[:, 0], -0.15, 0.15),
        (shift[:, 1], -0.15, 0.15),
    ):
        near = (high - low) / 1000
        assert low - 1e-9 <= values.min() < low + near
        assert high - near < values.max() <= high + 1e-9
        assert abs(values.mean() - (low + high) / 2) < 4 * (high - low) / (12 * 20_000) ** 0.5
    assert abs(mirrored.mean() - 0.5) < 4 * 0.5 / 20_000**0.5


def test_pictures_are_mirrored_only_on_request() -> None:
    matrices = draw_matrices(np.arange(1000), SIDE, Warps(rotation=10), seed=0, draw=0)
    assert (np.linalg.det(matrices[:, :, :2]) > 0).all()


def test_no_pictures_give_no_pictures() -> None:
    nothing = np.zeros((0, SIDE, SIDE, 3), np.uint8)
    assert warp(nothing, np.zeros(0, np.int64), EVERYTHING, seed=0, draw=0).shape == (0, SIDE, SIDE, 3)
