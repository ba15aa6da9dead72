"""What the processes of one service share: made by the parent before it forks the workers."""

from dataclasses import dataclass

from serve.buckets import Buckets
from serve.log_outlet import LogOutlet
from serve.shared_cells import SharedCells


@dataclass(frozen=True)
class Shared:
    """The memory and the log of one service.

    Attributes:
        cells: the numbers that they count together.
        outlet: of the log.
        buckets: of the rate limit, if there is one.
    """

    cells: SharedCells
    outlet: LogOutlet
    buckets: Buckets | None = None
