"""What the service makes of the registry's answers: which version is served, what is refused, what is said about it."""

import logging
from dataclasses import dataclass
from typing import Any

from serve.asking import Report
from serve.follow_state import FollowState
from serve.version import Release, Wanted

log = logging.getLogger("serve")
LONGEST_PAUSE = 3600.0  # seconds before a refused version is tried again
REMEMBERED = 20  # refused versions


@dataclass(frozen=True)
class _Refusal:
    """Why a version was refused, how often, and when it may be tried again."""

    why: str
    times: int
    until: float


@dataclass(frozen=True)
class Accepted:
    """A version that passed every check, and what the source called it; None if it came from the cache unasked."""

    release: Release
    known: Wanted | None


class Following:
    """Decides; starts nothing and asks nobody. Times are the caller's."""

    def __init__(self, *, following: bool, poll_seconds: float) -> None:
        """Nothing is accepted yet.

        Args:
            following: False for a folder, which names itself.
            poll_seconds: the first pause before a refused version is tried again; it doubles each time.
        """
        self.state = FollowState(following=following)
        self.accepted: Accepted | None = None
        self._before: Accepted | None = None
        self._poll_seconds = poll_seconds
        self._refusals: dict[Wanted, _Refusal] = {}
        self._worker_why: str | None = None

    @property
    def known(self) -> Wanted | None:
        """What the source called the version that is served."""
        return self.accepted.known if self.accepted else None

    def refused(self, now: float) -> list[Wanted]:
        """Versions that are not to be tried again yet."""
        return [wanted for wanted, refusal in self._refusals.items() if refusal.until > now]

    def hear(self, report: Report, now: float, clock: float) -> bool:
        """Takes the outcome of a question; True if there is another version to load.

        Args:
            report: the outcome.
            now: seconds of a clock that only goes forward.
            clock: seconds since 1970.
        """
        if report.wanted is not None and self.state.following:
            self._set(wanted=report.wanted.version, promoted_at=report.wanted.promoted_at, last_success=clock)
        if report.step == "good":
            return self._accept(report, clock)
        if report.step == "same":
            self._trouble(self._worker_why, clock)
        elif report.step == "failed":
            # a bundle is looked at again and again
            fresh = not self.state.following and report.why != self.state.trouble
            self._set(failed_polls=self.state.failed_polls + 1, failures=self.state.failures + fresh)
            self._trouble(report.why, clock)
        elif report.wanted is not None:
            if report.step == "refused":
                self._refuse(report.wanted, report.why, now)
            self._trouble(self._refusals[report.wanted].why, clock)
        return False

    def go_back(self, why: str, now: float, clock: float) -> Release | None:
        """Refuses the accepted version after all, for the one before it; None if there was none.

        Args:
            why: what happened where it was loaded.
            now: as for hear.
            clock: as for hear.
        """
        if self._before is None or self.accepted is None:
            return None
        bad, self.accepted, self._before = self.accepted, self._before, None
        if bad.known is not None:
            self._refuse(bad.known, why, now)
        self._set(served=self.accepted.release.version)
        self._trouble(why, clock)
        return self.accepted.release

    def forget_known(self) -> None:
        """Makes the next question fetch and check what is served already: its files are not what they were."""
        if self.accepted:
            self.accepted = Accepted(self.accepted.release, None)

    def worker_failed(self, why: str, clock: float) -> None:
        """Says that a worker could not load what is accepted."""
        self._worker_why = why
        self._set(failures=self.state.failures + 1)
        self._trouble(why, clock)

    def workers_serve(self, clock: float) -> None:
        """All workers serve what is accepted."""
        if self._worker_why is not None and self.state.trouble == self._worker_why:
            self._trouble(None, clock)
        self._worker_why = None

    def _accept(self, report: Report, clock: float) -> bool:
        assert report.release is not None
        old, self.accepted = self.accepted, Accepted(report.release, report.wanted)
        if report.wanted is not None:
            self._refusals.pop(report.wanted, None)
        is_other = old is None or old.release != report.release
        if old is not None and is_other:
            self._before = old
            self._set(swaps=self.state.swaps + 1)
            log.info("version %s takes the place of %s", report.release.version, old.release.version)
        self._set(served=report.release.version)
        self._worker_why = None if is_other else self._worker_why
        self._trouble(report.why or self._worker_why, clock)
        return is_other

    def _refuse(self, wanted: Wanted, why: str, now: float) -> None:
        times = self._refusals[wanted].times + 1 if wanted in self._refusals else 1
        pause = min(self._poll_seconds * 2**times, LONGEST_PAUSE)
        self._refusals.pop(wanted, None)
        self._refusals[wanted] = _Refusal(f"Version {wanted.version} is not served: {why}", times, now + pause)
        while len(self._refusals) > REMEMBERED:
            del self._refusals[next(iter(self._refusals))]
        self._set(failures=self.state.failures + 1)

    def _trouble(self, why: str | None, clock: float) -> None:
        """Says it once in the log, and in the state for as long as it lasts."""
        if why == self.state.trouble or self.accepted is None:  # a start that fails says why itself
            return
        if why:
            log.warning("%s", why)
        else:
            log.info("the trouble is over; version %s is what is wanted", self.state.served)
        since = None if why is None else self.state.trouble_since or clock
        self._set(trouble=why, trouble_since=since)

    def _set(self, **changes: Any) -> None:
        self.state = self.state.model_copy(update=changes)
