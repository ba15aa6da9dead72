"""What the processes of one service share: made by the parent before it forks the workers."""

from dataclasses import dataclass
from mmap import mmap

from serve.buckets import Buckets
from serve.log_outlet import LogOutlet
from serve.shared_cells import SharedCells

SIGHTINGS = 1 << 16  # bytes of each worker


@dataclass(frozen=True)
class Shared:
    """The memory and the log of one service.

    Attributes:
        cells: the numbers that they count together.
        outlet: of the log.
        sightings: what they have just seen, SIGHTINGS bytes of each as serve.sightings writes them.
        buckets: of the rate limit, if there is one.
    """

    cells: SharedCells
    outlet: LogOutlet
    sightings: mmap
    buckets: Buckets | None = None
