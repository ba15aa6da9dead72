"""How following the registry goes: what the parent tells every worker, for /readyz and the metrics."""

from pydantic import BaseModel, ConfigDict


class FollowState(BaseModel):
    """Replaced as a whole whenever the parent has something new to say; times are seconds since 1970.

    Attributes:
        following: False for a bundle's folder, which nobody polls.
        wanted: the version that the registry names; None before it has answered.
        promoted_at: when `wanted` became what it names, in ISO 8601; None where the registry does not say.
        served: the version that every worker serves or is told to load.
        trouble: why `served` is not surely what the registry wants, or None.
        trouble_since: when that began.
        last_success: when the registry last answered the question which version it wants.
        swaps: how often another version was taken into service since the start.
        failures: how often a version could not be taken into service.
        failed_polls: how often the registry did not answer.
    """

    model_config = ConfigDict(frozen=True)

    following: bool = False
    wanted: str | None = None
    promoted_at: str | None = None
    served: str | None = None
    trouble: str | None = None
    trouble_since: float | None = None
    last_success: float | None = None
    swaps: int = 0
    failures: int = 0
    failed_polls: int = 0
