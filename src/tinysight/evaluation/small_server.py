"""What a server answers that is paid for a part of a core: so many requests without end, more for some minutes."""

from dataclasses import dataclass

from tinysight.evaluation.scores import Cost
from tinysight.evaluation.wording import duration, duration_ms, memory_taken, rounded


@dataclass(frozen=True)
class Burstable:
    """A server of one core that saves up what it does not use, a day's worth at most.

    Attributes:
        share: of the core that it may use without end.
        credits: minutes of the whole core that it holds after a day without work.
        known_as: an offer that has these figures.
    """

    share: float
    credits: float
    known_as: str

    @property
    def burst_minutes(self) -> float:
        """How long a full store lasts at full speed, while it is being filled again."""
        return self.credits / (1 - self.share)


# what is held is what comes in within a day: 24 hours of 6 and of 12 credits, each a minute of a core
SERVERS = (Burstable(0.10, 144, "t2.micro"), Burstable(0.20, 288, "t2.small"))


def requests_per_second(cost: Cost, share: float = 1.0) -> float | None:
    """How many requests a part of a core answers in a second; None where nobody measured one."""
    return None if not cost.request_ms else share * 1e3 / cost.request_ms


def rate(cost: Cost, share: float = 1.0) -> str:
    """The same in words; a dash for nothing."""
    found = requests_per_second(cost, share)
    return "–" if found is None else rounded(found)


def burst_sentences(cost: Cost) -> str:
    """What a request takes and what that means on a small server; empty where nobody measured one."""
    if cost.request_ms is None or cost.decode_ms is None or cost.http_ms is None:
        return ""
    slow, fast = SERVERS
    shares = [f"{server.share * 100:.0f} %" for server in SERVERS]
    return (
        f"A request takes {duration_ms(cost.request_ms)} of processor time: {duration_ms(cost.decode_ms)} to decode the"
        f" picture, {duration_ms(cost.cpu_ms)} in the model, {duration_ms(cost.http_ms)} for HTTP. A server that is"
        f" paid for {shares[0]} of a core answers {rate(cost, slow.share)} such requests a second without end, one for"
        f" {shares[1]} answers {rate(cost, fast.share)}. After a day of rest they hold {slow.credits:g} and"
        f" {fast.credits:g} minutes of the whole core, as AWS's {slow.known_as} and {fast.known_as} do: enough to"
        f" answer {rate(cost)} a second for {slow.burst_minutes:.0f} and for {fast.burst_minutes:.0f} minutes. The"
        " processor is this machine's; theirs may be slower."
    )


def heads(cost: Cost) -> tuple[str, ...]:
    """What stands above the columns of cells()."""
    shares = [f"requests/s at {server.share * 100:.0f} %" for server in SERVERS]
    cores = "all cores" if cost.cores is None else "1 core" if cost.cores == 1 else f"{cost.cores} cores"
    return ("a request", *shares, f"pictures/s on {cores}", "start", "memory")


def cells(cost: Cost) -> tuple[str, ...]:
    """A candidate's figures; a dash where nothing was measured."""
    return (
        "–" if cost.request_ms is None else duration_ms(cost.request_ms),
        *(rate(cost, server.share) for server in SERVERS),
        "–" if cost.images_per_second is None else rounded(cost.images_per_second),
        "–" if cost.start_seconds is None else duration(cost.start_seconds),
        memory_taken(cost),
    )
