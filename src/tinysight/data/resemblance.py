"""Whether one picture is another one that was saved again: other tone and sharpness, but nothing in it moved."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tinysight.imaging import Pixels

Floats = NDArray[np.float64]
Planes = NDArray[np.float32]  # (m, C, V, V): m pictures, each channel a plane
Flags = NDArray[np.bool_]
Toned = tuple[Planes, Planes, Floats]

# The limits were found on Fashion-MNIST's training pictures, clip art and photos, and judged on others:
# see tests/bench/bench_near_duplicates.py.
GAIN = (0.65, 1.5)  # of contrast
SOFTENING = (-0.8, 2.2)  # times one blur of a thirtieth of the side
LEFT_OVER = 0.1  # what tone, sharpness and motion do not explain, as a share of the picture's contrast
LARGEST = 14  # of 255: the same, at the place where it is worst; a quarter more for each blur
ELSEWHERE_ALIKE = 1.3  # times as much is allowed at the worst place where less than half of LEFT_OVER is left in all
STRETCHED = 0.3  # 64ths of the side, as all motion here
BLUR, SPOT = 1 / 30, 1 / 32  # of the side: how far what is compared is softened, and what is left
DEEP = 250  # counts from here on may have been cut off, as those below 255 - DEEP


@dataclass(frozen=True)
class Fit:
    """How m sources become m targets, as well as they can.

    Attributes:
        gain: (m,) the target's contrast over the source's.
        softening: (m,) how much softer the target is.
        motion: (m, 6) across, down, stretch across, stretch down (at the edge), and the two parts of a turn.
        doubt: (m, 6) standard errors of motion.
        left: (m,) root mean square of what is left, over the contrast.
        worst: (m,) the largest of it, averaged over a small neighbourhood.
        still: (m,) what is left over what would be left had nothing moved: 1 if motion explains nothing.
    """

    gain: Floats
    softening: Floats
    motion: Floats
    doubt: Floats
    left: Floats
    worst: Floats
    still: Floats


def saved_again(first: Pixels, second: Pixels) -> Flags:
    """Compares pictures pair by pair.

    Args:
        first: (m, V, V, C) uint8, small: about 32 pixels a side.
        second: (m, V, V, C) uint8.

    Returns:
        (m,) bool: whether one of the two is the other, re-encoded, resized or a little brighter.
    """
    a, b = planes_of(first), planes_of(second)
    soft_a, soft_b = _soften(a, BLUR), _soften(b, BLUR)
    # what was cut off at white or black, and detail that was lost, can be predicted from one of the two only
    to_a, to_b = _tone_like(soft_a, a, soft_b, b), _tone_like(soft_b, b, soft_a, a)
    swapped = _error(*to_b[:2]) < _error(*to_a[:2])
    fit = fit_pictures(*_choose(swapped, to_b, to_a))
    same = _accepts(fit, 64 / a.shape[-1])
    again = np.flatnonzero(~same & (fit.left < 2 * LEFT_OVER))
    if len(again):
        target, source, gain = _choose(swapped, to_a, to_b)
        same[again] = _accepts(fit_pictures(target[again], source[again], gain[again]), 64 / a.shape[-1])
    return same


def _choose(flags: Flags, yes: Toned, no: Toned) -> Toned:
    each = flags[:, None, None, None]
    return np.where(each, yes[0], no[0]), np.where(each, yes[1], no[1]), np.where(flags, yes[2], no[2])


def planes_of(pixels: Pixels) -> Planes:
    """(m, V, V, C) uint8 as (m, C, V, V) float32."""
    return np.ascontiguousarray(pixels.transpose(0, 3, 1, 2), dtype=np.float32)


def _accepts(fit: Fit, pixel: float) -> Flags:
    same = _between(fit.gain, GAIN) & _between(fit.softening, SOFTENING) & (fit.left < LEFT_OVER)
    largest = LARGEST * (1 + np.clip(fit.softening, 0, 2) / 4) * np.where(fit.left < LEFT_OVER / 2, ELSEWHERE_ALIKE, 1)
    return same & (fit.worst < largest) & _at_rest(fit, pixel)


def _at_rest(fit: Fit, pixel: float) -> Flags:
    """Whether a motion is so small, so doubtful, or of such a kind that saving again explains it.

    Resampling stretches a picture about a point inside it, by less than a pixel of its file; what was
    drawn or photographed anew moves as a whole. The less the motion explains of what differs, the more
    of it is allowed: plain drawings tell a hundredth of a pixel, noisy photos only a tenth.
    """
    size, doubt = np.abs(fit.motion), 1.5 * fit.doubt
    noise = fit.still[:, None]
    turned = (size[:, 4:] >= 0.1 + 2 * noise**3 + doubt[:, 4:]).any(axis=1)
    shift, stretch = size[:, :2], size[:, 2:4]  # (m, 2): across, down
    pinned = stretch + 0.05 > 0.8 * shift  # some point of the picture stayed where it was
    calm = (shift < 0.03 + 0.2 * noise + doubt[:, :2]) & (stretch < 0.3 + 2 * noise + doubt[:, 2:4])
    calm |= pinned & (shift < STRETCHED) & (stretch < 4 * STRETCHED)
    rounded = pinned & (shift < 0.75 * pixel + 0.05) & (stretch < 3 * pixel)  # padded by one row more or less
    return ~turned & ((calm[:, 0] & (calm | rounded)[:, 1]) | (rounded[:, 0] & calm[:, 1]))


def _between(values: Floats, limits: tuple[float, float]) -> Flags:
    return (values > limits[0]) & (values < limits[1])


def _tone_like(soft_target: Planes, target: Planes, soft_source: Planes, source: Planes) -> Toned:
    """The target, softened; the source, brought to the target's tone and softened; and the gain of that.

    A tone is found from sharp pictures where much is cut off, from soft ones where one of the two is
    blurred: both are tried, and the better one is kept.
    """
    mapped, gain = _bring_to(_tone_of(target, source), source)
    other, other_gain = _bring_to(_tone_of(soft_target, soft_source), source)
    better = _error(soft_target, other) < _error(soft_target, mapped)
    mapped[better], gain[better] = other[better], other_gain[better]
    return soft_target, mapped, gain


def _tone_of(target: Planes, source: Planes) -> tuple[Planes, Planes]:
    return tone(_quarter(target), _quarter(source))


def _bring_to(found: tuple[Planes, Planes], source: Planes) -> tuple[Planes, Floats]:
    gain, offset = (values[:, None, None, None] for values in found)
    return _soften(np.clip(gain * source + offset, 0, 255), BLUR), np.asarray(found[0], dtype=np.float64)


def _error(target: Planes, source: Planes) -> Planes:
    """(m,) square of what is left once the source is softened as fits best; sharpened it is not: detail is lost."""
    rest, softer = target - source, _soften(source, BLUR) - source
    rest, softer = rest.reshape(len(rest), -1), softer.reshape(len(rest), -1)
    explained = np.maximum(_dot(rest, softer), 0) ** 2 / (_dot(softer, softer) + 1)
    return np.asarray(_dot(rest, rest) - explained, dtype=np.float32)


def _quarter(pictures: Planes) -> Planes:
    """(m, n) of the means of four pixels each."""
    even = pictures.shape[-1] // 2 * 2
    rows = pictures[:, :, 0:even:2, :even] + pictures[:, :, 1:even:2, :even]
    return np.asarray((rows[..., 0::2] + rows[..., 1::2]) / 4, dtype=np.float32).reshape(len(pictures), -1)


def tone(target: Planes, source: Planes) -> tuple[Planes, Planes]:
    """Gain and offset, one of each for a picture, so that target = clip(gain * source + offset, 0, 255).

    Args:
        target: (m, n) float32.
        source: (m, n) float32.

    Returns:
        (m,) float32 each.
    """
    low, high = np.float32(255 - DEEP), np.float32(DEEP)
    gain, offset = np.ones((len(target), 1), np.float32), np.zeros((len(target), 1), np.float32)
    weight = ((target > low) & (target < high) & (source > low) & (source < high)) + np.float32(0.02)
    rest = target - source
    for _ in range(4):
        total, weighed = weight.sum(axis=1), weight * source
        mean, mean_rest = weighed.sum(axis=1) / total, _dot(weight, rest) / total
        steeper = _dot(weighed, rest) / total - mean * mean_rest
        steeper /= _dot(weighed, source) / total - mean**2 + 1
        gain = np.clip(gain + steeper[:, None], 0.3, 3)
        offset = np.clip(offset + (mean_rest - steeper * mean)[:, None], -150, 150)
        mapped = gain * source + offset
        weight = ((mapped > 0) & (mapped < 255)) + np.float32(0.001)  # beyond, a change of tone changes nothing
        rest = target - np.clip(mapped, 0, 255)
    return gain[:, 0], offset[:, 0]


def _dot(a: Planes, b: Planes) -> Planes:
    return np.asarray(np.einsum("mn,mn->m", a, b))


def fit_pictures(target: Planes, source: Planes, gain: Floats) -> Fit:
    """Least squares of tone, softening and an affine motion, as Lucas and Kanade (1981) estimate motion.

    Args:
        target: (m, C, V, V), softened.
        source: (m, C, V, V), softened, of the target's tone.
        gain: (m,) by which it was brought to that tone.
    """
    side, count = target.shape[-1], target[0].size
    causes = _causes(source)  # (m, 9, n)
    rest = (target - source).reshape(len(target), 1, count)  # (m, 1, n)
    normal = (causes @ causes.transpose(0, 2, 1)).astype(np.float64) + count * np.diag([1e-4] * 3 + [1e-3] * 6)
    moments = (causes @ rest.transpose(0, 2, 1)).astype(np.float64)  # (m, 9, 1)
    part, tonal = np.linalg.solve(normal, moments), np.linalg.solve(normal[:, :3, :3], moments[:, :3])
    left = rest - _combine(part, causes)
    size, unmoved = _root_mean_square(left), _root_mean_square(rest - _combine(tonal, causes[:, :3]))
    spread = np.sqrt(12 * np.diagonal(np.linalg.inv(normal), axis1=1, axis2=2))  # 12: softened neighbours agree
    contrast = np.minimum(target.reshape(rest.shape).std(axis=(1, 2)), source.reshape(rest.shape).std(axis=(1, 2)))
    worst = np.abs(_soften(left.reshape(target.shape), SPOT)).max(axis=(1, 2, 3))
    return Fit(
        gain=gain * (1 + part[:, 0, 0]),
        softening=part[:, 2, 0],
        motion=part[:, 3:, 0] * (64 / side),
        doubt=(size[:, None] * spread[:, 3:]) * (64 / side),
        left=size / np.maximum(contrast, 1),
        worst=worst.astype(np.float64),
        still=size / np.maximum(unmoved, 0.02),
    )


def _causes(pictures: Planes) -> Planes:
    """What each unknown does to a picture: gain, offset, softening, and six kinds of motion. (m, 9, C·V·V)."""
    side = pictures.shape[-1]
    slope = np.asarray(np.gradient(np.eye(side, dtype=np.float32), axis=0))
    across, down = pictures @ np.ascontiguousarray(slope.T), slope @ pictures
    x = ((np.arange(side, dtype=np.float32) + 0.5) / side * 2 - 1)[None, None, None, :]
    y = x.swapaxes(2, 3)
    softer = _soften(pictures, BLUR) - pictures
    kinds = (pictures, np.ones_like(pictures), softer, across, down, across * x, down * y, across * y, down * x)
    return np.stack([kind.reshape(len(pictures), -1) for kind in kinds], axis=1)


def _combine(part: Floats, causes: Planes) -> Planes:
    return np.asarray(part.transpose(0, 2, 1).astype(np.float32) @ causes)


def _root_mean_square(values: Planes) -> Floats:
    return np.asarray(np.sqrt(np.einsum("min,min->m", values, values) / values.shape[-1]), dtype=np.float64)


def _soften(pictures: Planes, share: float) -> Planes:
    kernel = _kernel(pictures.shape[-1], share)
    return np.asarray(kernel @ pictures @ kernel.T)


@cache
def _kernel(side: int, share: float) -> Planes:
    """(side, side): a Gaussian blur as a matrix; beyond its edge a picture goes on as it ends."""
    from scipy.ndimage import gaussian_filter1d

    return np.asarray(gaussian_filter1d(np.eye(side), side * share, axis=0, mode="nearest"), dtype=np.float32)
