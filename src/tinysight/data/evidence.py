"""All that is known about a data set when it is checked."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tinysight.data.dataset import Quarantined
from tinysight.data.facts import Facts
from tinysight.data.groups import Pair, Rows
from tinysight.data.imageset import Sample
from tinysight.data.looks import Looks
from tinysight.data.suspects import Suspect
from tinysight.params import ValidateParams
from tinysight.params.dataset import Leaks


@dataclass(frozen=True)
class Evidence:
    """What the checks look at; N is the number of readable pictures.

    Attributes:
        samples: N rows.
        class_names: every class that the source names, also those without a picture.
        quarantine: the files that could not be read.
        facts: N, what each file was like.
        looks: N values each, what the pixels are like.
        pixel_keys: N digests of decoded pixels.
        groups: (N,) int64, the number of each row's group: what stays on one side of the split.
        near_pairs: rows that are taken for near-duplicates of each other.
        large_clusters: the rows of each cluster of look-alikes that is too large to be taken for duplicates.
        suspects: labels that are probably wrong, the most suspected first.
        image_size: height and width of what the model sees, in pixels.
        leaks: what is done about groups that stand on two sides that the source gave.
        limits: of the checks, and the level of each.
    """

    samples: Sequence[Sample]
    class_names: Sequence[str]
    quarantine: Sequence[Quarantined]
    facts: Sequence[Facts]
    looks: Looks
    pixel_keys: Sequence[bytes]
    groups: Rows
    near_pairs: Sequence[Pair]
    large_clusters: Sequence[Sequence[int]]
    suspects: Sequence[Suspect]
    image_size: int
    leaks: Leaks
    limits: ValidateParams

    @property
    def counts(self) -> Counter[str]:
        """How many pictures each class has, the classes without any too."""
        counts = Counter(dict.fromkeys(self.class_names, 0))
        counts.update(sample.class_name for sample in self.samples)
        return counts

    def unusual(self, rows: Sequence[int]) -> list[int]:
        """These rows but those of classes of which most are among them: that is what such a class is like."""
        told, counts = Counter(self.samples[row].class_name for row in rows), self.counts
        usual = {name for name, count in told.items() if 2 * count > counts[name]}
        return [row for row in rows if self.samples[row].class_name not in usual]

    def paths(self, rows: Sequence[int]) -> tuple[str, ...]:
        """The paths of some rows, in their order."""
        return tuple(self.samples[row].path for row in rows)
