"""What a worker keeps of the pictures that it answers: drawn at once, written by a thread that nobody waits for."""

import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from hashlib import sha256

from serve import families
from serve.capture_folder import CaptureFolder, FullError
from serve.metrics import Metrics
from serve.model_store import ServedModel
from tinysight.prediction import Prediction
from tinysight.record_file import RecordFile
from tinysight.records import CAPTURES, Capture, Reason, to_header

log = logging.getLogger("serve")
UNKNOWN, UNSURE = 10, 3  # times the rate: where the model doubts, a picture teaches it more
MOST_WAITING = 4_000_000  # bytes of pictures that wait to be written, half of it for those nobody asked to keep
TOGETHER = 0.1  # seconds for which pictures wait to be written together: a thread that wakes disturbs the other
PAUSE = 10.0  # seconds without a try after the disk has refused
TIDY = 600.0  # seconds between two looks for what is too old
Waiting = tuple[Capture, bytes]


class Captures:
    """Never waits and never fails: what cannot be kept is counted."""

    def __init__(self, folder: CaptureFolder, rate: float, metrics: Metrics) -> None:
        """Starts the thread.

        Args:
            folder: where they go.
            rate: the share of all pictures that is drawn.
            metrics: of this worker.
        """
        self.folder, self._rate, self._random = folder, rate, random.Random()  # noqa: S311 - a sample, no secret
        reasons: tuple[Reason, ...] = ("sample", "unknown", "unsure", "asked")
        self._drawn = {reason: metrics.counter(families.CAPTURED, reason=reason) for reason in reasons}
        lost = ("queue", "disk", "full")
        self._lost = {why: metrics.counter(families.NOT_CAPTURED, reason=why) for why in lost}
        self._line: deque[Waiting] = deque()
        self._came, self._went, self._ending = 0, 0, False  # bytes; one thread writes each
        self._many = threading.Event()  # are waiting, or the end has come
        self._file: RecordFile | None = None
        self._opened = self._tidied = self._refused = float("-inf")
        self._thread = threading.Thread(target=self._run, name="captures", daemon=True)
        self._thread.start()

    def draw(self, prediction: Prediction, threshold: float, *, asked: bool) -> tuple[Reason, float] | None:
        """Whether a picture is kept: why, and how probable that was.

        Args:
            prediction: what was answered.
            threshold: the model's, below which it answers unknown.
            asked: the client wants it kept.
        """
        number = self._random.random()
        shares: list[tuple[Reason, float]] = [("sample", self._rate)]
        if prediction.unknown:
            shares.append(("unknown", min(1.0, self._rate * UNKNOWN)))
        elif prediction.confidence < (1 + threshold) / 2:
            shares.append(("unsure", min(1.0, self._rate * UNSURE)))
        if asked:
            shares.append(("asked", 1.0))
        return next(((reason, share) for reason, share in shares if number < share), None)

    def see(self, data: bytes, prediction: Prediction, prediction_id: str, served: ServedModel, *, asked: bool) -> None:
        """Keeps a picture that was answered, perhaps.

        Args:
            data: its bytes, as sent.
            prediction: with the probabilities of all classes.
            prediction_id: of the answer.
            served: the model that answered.
            asked: the client wants it kept.
        """
        drawn = self.draw(prediction, served.predictor.contract.unknown_threshold, asked=asked)
        if drawn is None:
            return
        waiting = self._came - self._went
        if waiting and waiting + len(data) > (MOST_WAITING if asked else MOST_WAITING // 2):
            self._lost["queue"](1)
            return
        capture = Capture(
            prediction_id=prediction_id, when=time.time(), class_name=prediction.class_name,
            best_class=prediction.best_class, confidence=prediction.confidence,
            probabilities=prediction.probabilities, model=served.release.name, model_version=served.release.version,
            reason=drawn[0], rate=drawn[1], digest="",
        )  # fmt: skip
        self._came += len(data)
        self._line.append((capture, data))
        if waiting > MOST_WAITING // 8:
            self._many.set()

    def lose(self) -> None:
        """One that could not be held until it was answered."""
        self._lost["queue"](1)

    def close(self, seconds: float = 2.0) -> None:
        """Writes what waits, as far as that succeeds in some seconds."""
        self._ending = True
        self._many.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        while not self._ending or self._line:
            while self._line:
                self._write(*self._line.popleft())
            self._try(self._look_after)
            if not self._ending:
                self._many.wait(TOGETHER)
                self._many.clear()
        if self._file is not None:
            self._file.close()

    def _write(self, capture: Capture, data: bytes) -> None:
        self._went += len(data)
        if time.monotonic() - self._refused < PAUSE:
            self._lost["disk"](1)
            return
        values = vars(capture) | {"digest": sha256(data).hexdigest()}
        self._try(lambda: self._append(to_header(Capture(**values)), data, self._drawn[capture.reason]))

    def _append(self, header: bytes, data: bytes, count: Callable[[int], None]) -> None:
        if self._file is None or not self._file.fits(header, data):
            self._end_file()
            self._file = self.folder.open_file(CAPTURES, header, data)
            self._opened = time.monotonic()
        self._file.append(header, data)
        count(1)

    def _look_after(self) -> None:
        """Ends a file that is old enough, and now and then removes what is too old."""
        now = time.monotonic()
        if self._file and (now - self._opened > self.folder.roll_seconds or self._file.gone):
            self._end_file()
        if now - self._tidied > min(TIDY, self.folder.roll_seconds):
            self._tidied = now
            self.folder.tidy()

    def _end_file(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            file.close()

    def _try(self, work: Callable[[], None]) -> None:
        try:
            work()
        except FullError:
            self._lost["full"](1)
        except OSError as error:
            self._lost["disk"](1)
            self._refused = time.monotonic()
            log.warning("pictures are not kept for %.0f s: %s", PAUSE, error.strerror)
