"""Copies of train rows as another moment would have shown them: moved, then in another light."""

from dataclasses import dataclass

from tinysight.data.augmentation import Rows, Warps, warp
from tinysight.data.tones import Tones, change_tones
from tinysight.imaging import Pixels
from tinysight.params import AugmentParams


@dataclass(frozen=True)
class CopyMaker:
    """What one copy differs in from its row's picture: row and draw decide, and the seed.

    Attributes:
        warps: the ranges of its motions.
        tones: the ranges of its light, lens and file.
        seed: of the whole pipeline.
    """

    warps: Warps
    tones: Tones
    seed: int

    def make(self, images: Pixels, rows: Rows, draw: int) -> Pixels:
        """Copy number `draw` of each picture.

        Args:
            images: (N, S, S, 3) uint8.
            rows: (N,) int64, their row numbers.
            draw: from 0 on.

        Returns:
            (N, S, S, 3) uint8.
        """
        warped = warp(images, rows, self.warps, seed=self.seed, draw=draw)
        return change_tones(warped, rows, self.tones, seed=self.seed, draw=draw)


def copy_maker(augment: AugmentParams, background: tuple[int, int, int], seed: int) -> CopyMaker:
    """What a configuration says of copies.

    Args:
        augment: its ranges.
        background: RGB of what appears at the edges, where `fill` wants that.
        seed: of the whole pipeline.
    """
    ranges = augment.model_dump(exclude={"copies"})
    tones = Tones(**{name: ranges.pop(name) for name in Tones.__dataclass_fields__})
    return CopyMaker(Warps(background=background, **ranges), tones, seed)
