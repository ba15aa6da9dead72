"""Notices that the pictures have changed: each worker measures what it sees, and the first one weighs it for all."""

import logging
from collections.abc import Callable
from mmap import mmap
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

import numpy as np

from serve import families
from serve.metrics import Metrics
from serve.shared_cells import WATCHED
from serve.sightings import Sightings
from tinysight.drift.evidence import Evidence
from tinysight.drift.measures import NAMES, look
from tinysight.drift.window import CLASSES
from tinysight.imaging import Pixels

if TYPE_CHECKING:
    from serve.model_store import ServedModel
    from serve.settings import Settings

log = logging.getLogger("serve")
GROUP = 32  # pictures that are measured at a time, which costs a tenth of one by one


class Decoded(NamedTuple):
    """A picture that was sent.

    Attributes:
        pixels: (image_size, image_size, 3) uint8.
        size: width and height in its file, upright.
    """

    pixels: Pixels
    size: tuple[int, int]


class DriftWatch:
    """One worker's part of the watch; called from the event loop's thread only."""

    def __init__(self, settings: "Settings", metrics: Metrics, memory: mmap | None = None, place: int = 0) -> None:
        """Watches nothing yet.

        Args:
            settings: whether to watch, which shares of classes are expected, and how rare false alarms are to be.
            metrics: of this worker.
            memory: shared with the other workers, as serve.sightings wants it; by default this one is alone.
            place: of this worker among all; the first one weighs.
        """
        self._settings, self._sightings, self._place = settings, Sightings(memory), place
        self._on = settings.drift
        self._waiting: list[tuple[Decoded, np.ndarray]] = []
        self._served: ServedModel | None = None
        self._evidence: Evidence | None = None
        self._told: tuple[str, ...] = ()
        self._counted = 0
        self._read = [self._sightings.number(place) for place in self._sightings.places]
        self._gauges = _Gauges(metrics) if place == 0 and settings.drift else None

    def saw(self, served: "ServedModel", picture: Decoded, probabilities: np.ndarray) -> None:
        """Takes a picture that was answered; it costs about a microsecond until a group of them is measured.

        What a model still answers that has been replaced is passed over.

        Args:
            served: the model that answered.
            picture: as it was sent.
            probabilities: (classes,) float32, the answer.
        """
        if not self._on:
            return
        if self._served is None:
            self._guarded(lambda: self._follow(served))
        if not self._on or served.reference is None or served is not self._served:
            return
        self._waiting.append((picture, probabilities))
        if len(self._waiting) >= GROUP:
            self._guarded(self._measure)

    def tick(self, current: "ServedModel | None") -> None:
        """Measures what waits; the first worker weighs what all have seen. To be called a few times a second.

        Args:
            current: the model that answers now.
        """
        if not self._on:
            return
        self._guarded(self._measure)
        if current is not None and current is not self._served:
            self._guarded(lambda: self._follow(current))
        self._guarded(self._weigh)

    def _guarded(self, work: Callable[[], None]) -> None:
        """Whatever goes wrong in watching must not cost anybody an answer."""
        try:
            work()
        except Exception:
            log.exception("drift is not watched any more, since that failed")
            self._on = False
            if self._gauges is not None:
                self._gauges.stop()

    def _weigh(self) -> None:
        if self._gauges is None or self._evidence is None or self._served is None:
            return
        for place in self._sightings.places:
            news = self._sightings.since(place, self._read[place], _number(self._served))
            self._read[place] = news.number
            self._evidence.add(news.seen)
        if self._evidence.pictures > self._counted:
            self._tell(self._gauges, self._evidence)

    def _measure(self) -> None:
        if not self._waiting:
            return
        served, pictures, rows = self._served, *zip(*self._waiting, strict=True)
        self._waiting = []
        assert served is not None
        assert served.reference is not None
        pixels = np.stack([picture.pixels for picture in pictures])
        looked = look(pixels, [picture.size for picture in pictures], np.stack(rows))
        self._sightings.write(self._place, _number(served), served.reference.sort(looked))

    def _follow(self, served: "ServedModel") -> None:
        """Begins anew with another version; the same one, loaded once more, changes nothing."""
        self._guarded(self._measure)
        before, self._served = self._served, served
        if self._gauges is None or (before is not None and before.release == served.release):
            return
        self._evidence, self._counted, self._told = None, 0, ()
        if served.reference is not None:
            chance, shares = self._settings.drift_false_alarms, self._settings.drift_shares
            self._evidence = Evidence(served.reference, false_alarms=chance, shares=shares)
        else:
            log.warning("version %s has no %s: drift is not watched. Register a version again, or set"
                        " TINYSIGHT_DRIFT=false", served.release.version, "reference.json")  # fmt: skip
        self._gauges.start(_number(served), watching=served.reference is not None)

    def _tell(self, gauges: "_Gauges", evidence: Evidence) -> None:
        gauges.show(evidence, evidence.pictures - self._counted)
        self._counted = evidence.pictures
        if set(evidence.drifted) - set(self._told):
            self._told = evidence.drifted
            log.warning(
                "drift: the pictures are no longer like those that the model was judged on (%s), after %d of them;"
                " where nothing changes, this is said once in %.0f services. Look: tinysight drift",
                ", ".join(self._told), evidence.pictures, 1 / evidence.false_alarms,
            )  # fmt: skip


class _Gauges:
    """What /metrics shows; the successor of a dead worker leaves an alarm on that is about its own version."""

    def __init__(self, metrics: Metrics) -> None:
        self._alarm, self._watching = metrics.gauge(families.DRIFT_ALARM), metrics.gauge(families.DRIFT_WATCHED)
        self._pictures = metrics.counter(families.DRIFT_PICTURES)
        self._p = {name: metrics.gauge(families.DRIFT_P, statistic=name) for name in (*NAMES, CLASSES)}
        self._version = metrics.own(WATCHED)

    def start(self, version: int, *, watching: bool) -> None:
        self._watching(watching)
        for gauge in self._p.values():
            gauge(1.0)
        if self._version[0] != version:
            self._version[0] = version
            self._alarm(0.0)

    def stop(self) -> None:
        self._watching(0.0)

    def show(self, evidence: Evidence, pictures: int) -> None:
        self._pictures(pictures)
        for name, p in evidence.p_values.items():
            self._p[name](p)
        if evidence.drifted:
            self._alarm(1.0)


def _number(served: "ServedModel") -> int:
    """Of the version, in 16 bits."""
    return crc32(f"{served.release.version} {served.sha256}".encode()) & 0xFFFF
