"""Takes what people say of an answer: it is on the disk, to survive a power cut, before anybody is thanked."""

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor

from serve import families
from serve.capture_folder import CaptureFolder, FullError
from serve.metrics import Metrics
from serve.problems import ProblemError
from serve.turns import busy
from tinysight.record_file import RecordFile
from tinysight.records import FEEDBACK, NONE, Capture, Feedback, find_capture, to_header

log = logging.getLogger("serve")
FULL = (
    "There is no room for more feedback. Whoever runs the service can raise TINYSIGHT_CAPTURE_MEGABYTES, or fetch what"
    " there is and remove it."
)
MOST_NAMED = 20  # classes
FRESH = 10.0  # seconds after an answer in which its record may still be on its way to the disk
WAITS = (0.15, 0.4, 1.0)  # seconds; each ends in one look at a file or two
MOST = 16  # that wait here: looking for predictions that somebody made up must not take a worker's time


class FeedbackDesk:
    """One thread a worker writes, so that predictions go on while a slow disk is waited for."""

    def __init__(self, folder: CaptureFolder, metrics: Metrics) -> None:
        """Writes nothing yet.

        Args:
            folder: where it goes.
            metrics: of this worker.
        """
        self._folder = folder
        verdicts = ("confirmed", "corrected", "none")
        self._counts = {verdict: metrics.counter(families.FEEDBACK, verdict=verdict) for verdict in verdicts}
        self._thread = ThreadPoolExecutor(1, "feedback")
        self._file: RecordFile | None = None
        self._metrics, self._waiting = metrics, 0

    async def take(self, prediction_id: str, class_name: str | None, who: str | None, known: list[str]) -> Feedback:
        """Returns when it is safe on the disk.

        Args:
            prediction_id: which answer it is about.
            class_name: the right class; None for none of them.
            who: the name of the key that it came with.
            known: the classes of the model that is served now.

        Raises:
            ProblemError: if no such prediction is kept, there is no such class, no room, or too many wait already.
        """
        if self._waiting >= MOST:
            self._metrics.refused("busy")
            raise busy()
        self._waiting += 1
        try:
            return await self._take(prediction_id, class_name, who, known)
        finally:
            self._waiting -= 1

    async def _take(self, prediction_id: str, class_name: str | None, who: str | None, known: list[str]) -> Feedback:
        loop = asyncio.get_running_loop()
        capture = await self._find(prediction_id)
        class_name = _right_class(class_name, [*dict.fromkeys([*capture.probabilities, *known])])
        feedback = await loop.run_in_executor(self._thread, self._keep, capture, class_name, who)
        said = "none" if class_name is None else "confirmed" if class_name == capture.class_name else "corrected"
        self._counts[said](1)
        return feedback

    async def _find(self, prediction_id: str) -> Capture:
        loop = asyncio.get_running_loop()
        for wait in (*WAITS, None):
            capture = await loop.run_in_executor(self._thread, find_capture, self._folder.path, prediction_id)
            if capture is not None:
                return capture
            if wait is None or not _is_fresh(prediction_id):
                break
            await asyncio.sleep(wait)
        raise _unknown_prediction(prediction_id)

    def _keep(self, capture: Capture, class_name: str | None, who: str | None) -> Feedback:
        feedback = Feedback(
            prediction_id=capture.prediction_id, when=time.time(), class_name=class_name,
            model_version=capture.model_version, who=who,
        )  # fmt: skip
        try:
            self._append(to_header(feedback), capture)
        except FullError:
            raise ProblemError("storage-full", FULL) from None
        except OSError as error:
            log.warning("feedback cannot be kept: %s", error.strerror)
            raise ProblemError("storage-full", "The disk refuses it. Nothing was noted; try again later.") from None
        return feedback

    def _append(self, header: bytes, capture: Capture) -> None:
        if self._file is None or self._file.gone or not self._file.fits(header):
            if self._file is not None:
                file, self._file = self._file, None
                file.close()
            self._file = self._folder.open_file(FEEDBACK, header)
        with self._folder.locked(alone=False):  # who makes room now sees this feedback, and keeps its picture
            assert capture.entry is not None  # it was found in a file
            if not capture.entry.path.exists() and find_capture(self._folder.path, capture.prediction_id) is None:
                raise _unknown_prediction(capture.prediction_id)
            self._file.append(header)
        self._file.sync()


def _is_fresh(prediction_id: str) -> bool:
    return abs(time.time() - int(prediction_id[:8], 16)) < FRESH


def _right_class(said: str | None, known: list[str]) -> str | None:
    if said is None or said in known:
        return said
    if said == NONE:  # unless a class is called so
        return None
    more = f" and {len(known) - MOST_NAMED} more, which GET /labels names" if len(known) > MOST_NAMED else ""
    names = ", ".join(known[:MOST_NAMED]) + more
    raise ProblemError(
        "unknown-class", f"class_name must be one of {names}, or null for none of these. Received: {said[:100]}."
    )


def _unknown_prediction(prediction_id: str) -> ProblemError:
    return ProblemError(
        "unknown-prediction",
        f"Nothing is kept of a prediction {prediction_id}. The service keeps the pictures of POST /predict?keep=true"
        " and a sample of the others, for some time: send the picture again with keep=true, then correct that answer.",
    )
