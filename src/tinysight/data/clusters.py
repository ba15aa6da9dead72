"""Look-alikes that are too many to be duplicates: plain things, which must not be glued into one group."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tinysight.data.groups import Pair, join_rows, sets_of
from tinysight.data.imageset import Sample
from tinysight.params import ValidateParams

SMALLEST = 100  # pictures: a smaller class is counted as having so many, or a pair would be large in it


@dataclass(frozen=True)
class Accepted:
    """What may be grouped, and what may not.

    Attributes:
        pairs: rows that are near-duplicates of each other.
        large: the rows of each cluster that is too large to be believed.
    """

    pairs: tuple[Pair, ...]
    large: tuple[tuple[int, ...], ...]


def accept(pairs: Sequence[Pair], samples: Sequence[Sample], params: ValidateParams) -> Accepted:
    """Leaves out the pairs of clusters that hold too much of a class.

    A cluster is whatever pairs connect, also in a chain: were a chain cut somewhere, the two pictures
    beside the cut could stand on two sides. A chain that grows through a class of look-alikes becomes
    large, and then none of it is grouped but by its bytes, its pixels or the source's own groups.

    Args:
        pairs: of rows that were found to be near-duplicates.
        samples: N rows.
        params: the limit, and the paths that confirm a cluster.
    """
    counts = Counter(sample.class_name for sample in samples)
    clusters = sets_of(join_rows(len(samples), pairs).tolist())
    large = [rows for rows in clusters if _is_large([samples[row] for row in rows], counts, params)]
    doubted = {row for rows in large for row in rows}
    return Accepted(tuple(pair for pair in pairs if pair[0] not in doubted), tuple(tuple(rows) for rows in large))


def _is_large(cluster: Sequence[Sample], counts: Counter[str], params: ValidateParams) -> bool:
    if any(sample.path in params.confirmed for sample in cluster) or len(set(_names(cluster))) == 1:
        return False
    files = Counter(name for name, _ in {(sample.class_name, sample.digest) for sample in cluster})
    return any(count > params.largest_cluster * max(counts[name], SMALLEST) for name, count in files.items())


def _names(cluster: Sequence[Sample]) -> Iterator[str]:
    """The source's group of each; one without any is a group of its own."""
    return (sample.group or sample.path for sample in cluster)
