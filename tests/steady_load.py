"""Clients that ask a service over and over, and check each answer against the version that it names."""

import statistics
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from tinysight.classifier import Classifier
from tinysight.client import Client
from tinysight.errors import ServiceError


@dataclass
class SteadyLoad:
    """Requests from some clients at once for as long as the block lasts.

    Attributes:
        url: of the service.
        picture: a picture file's bytes.
        bundles: of the versions that may answer, by number.
        clients: how many ask at once; each request has its own connection, so that all workers get some.
        every: seconds from one request of a client to its next, unless the answer takes longer; 0 asks at once. A paced
            client is not patient: an answer that it should come back later counts as wrong.
        seen: when each answered request was begun (seconds of a clock that only goes forward), and its version.
        wrong: answers that are not those of the version that they name, and refusals.
    """

    url: str
    picture: bytes
    bundles: Mapping[str, Path]
    clients: int = 8
    every: float = 0.0
    seen: list[tuple[float, str]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __enter__(self) -> "SteadyLoad":
        self._expected = {number: _answer(bundle, self.picture) for number, bundle in self.bundles.items()}
        self._ends = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(self.clients)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._ends.set()
        for thread in self._threads:
            thread.join()

    def answered(self, version: str) -> bool:
        """True once a request was answered by this version."""
        return any(number == version for _, number in [*self.seen])

    def last_of_others(self, version: str, since: float) -> float:
        """Seconds after `since` until the last request that another version answered was begun; 0 if none was."""
        return max((at - since for at, number in [*self.seen] if number != version), default=0.0)

    def figures(self, delays: Sequence[float], seconds: float, *, poll: float, promise: float) -> dict[str, object]:
        """What it saw while versions moved, for docs/figures.

        Args:
            delays: seconds until all workers served the version that was wanted, move by move.
            seconds: that it lasted.
            poll: seconds between two questions of the service to the registry.
            promise: what no delay may exceed.
        """
        return {
            "workers": 2,
            "poll_seconds": poll,
            "requests": len(self.seen),
            "requests_per_s": round(len(self.seen) / seconds, 1),
            "failed_or_wrong": len(self.wrong),
            "seconds_until_all_workers": {
                "median": round(statistics.median(delays), 2),
                "largest": round(max(delays), 2),
                "promised": promise,
            },
        }

    def _ask(self) -> None:
        client = Client(self.url, patience=0.0 if self.every else 30.0)
        began = 0.0
        while not self._ends.wait(max(0.0, began + self.every - time.monotonic())):
            began = time.monotonic()
            try:
                answer = client.predict(self.picture)
            except ServiceError as error:
                self.wrong.append(str(error))
                continue
            if answer.answer() != self._expected.get(answer.model_version):
                self.wrong.append(f"version {answer.model_version}: {answer.answer()}")
            self.seen.append((began, answer.model_version))


def _answer(bundle: Path, picture: bytes) -> dict[str, Any]:
    return Classifier.load(bundle).predict(picture).answer()
