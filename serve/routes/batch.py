"""POST /predict/batch: many pictures in one form; each is answered, also when others cannot be."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response

from serve.answers import Answer, classify, decode, to_json, wanted_top, wants_kept
from serve.documented import BATCH_BODIES, KEEP, TOP, request_body
from serve.drift_watch import Decoded
from serve.form import Part
from serve.model_store import ServedModel
from serve.problems import ProblemError, picture_kind, problem_content, responses
from serve.rate import charge
from serve.routes import DirectRoute, served_model
from serve.schemas import BatchAnswer
from serve.upload import read_pictures, too_many
from tinysight.errors import ImageError
from tinysight.prediction import Prediction

router = APIRouter(tags=["predict"], route_class=DirectRoute)
GROUP = 8  # pictures in one run of the model: more are hardly faster, and hold up the other requests
HELD = 4_000_000  # bytes of pictures that wait for the run of their group only to be kept afterwards
BATCH_BYTES = 2  # times TINYSIGHT_MAX_BYTES is the longest form
PROBLEMS = responses(
    "bad-request", "too-many-bytes", "too-many-files", "not-a-form", "missing-file", "too-slow", "busy", "no-model"
)


@router.post(
    "/predict/batch",
    summary="Classify many pictures",
    response_model=BatchAnswer,
    responses=PROBLEMS,
    openapi_extra={"parameters": [TOP, KEEP], "requestBody": request_body(BATCH_BODIES)},
)
async def predict_batch(request: Request) -> Response:
    """Many pictures, each a field `file` or `files` of one form; the answers come in the order of the files.

    Each file has its prediction, or a problem of its own as `error`; the status is 200 either way. All are
    answered by the same version of the model.
    """
    settings, top = request.app.state.settings, wanted_top(request)
    batch = Batch(request, served_model(request), top)
    limits = {"max_bytes": settings.max_bytes, "max_total": settings.max_bytes * BATCH_BYTES}
    async for part in read_pictures(request, **limits, max_files=settings.max_batch):
        batch.add(part)
        await asyncio.sleep(0)  # between two pictures it is everybody else's turn
    batch.classify_waiting()
    return Response(to_json({"predictions": batch.answers}), media_type="application/json")


class Batch:
    """The answers so far, and the decoded pictures that wait for the next run of the model."""

    def __init__(self, request: Request, served: ServedModel, top: int | None) -> None:
        self.answers: list[Answer] = []
        self._request, self._served, self._top = request, served, top
        self._state: Any = request.app.state
        self._waiting: list[tuple[Answer, Decoded]] = []
        self._asked = wants_kept(request)
        self._held: list[bytes | None] = []  # of those that wait, where pictures are kept at all

    def add(self, part: Part) -> None:
        """Takes the next file; its bytes are held until its group is classified, where they may be kept after that.

        Raises:
            ProblemError: if the rate limit does not allow another.
        """
        answer: Answer = {"file": part.file}
        if self.answers:  # the first was paid for with the request
            charge(self._request, 1)
        self.answers.append(answer)
        try:
            if part.content is None:
                raise too_many(self._state.settings.max_bytes, "more")
            self._waiting.append((answer, decode(self._served, part.content, self._state.metrics)))
            held = sum(len(data) for data in self._held if data)
            self._held.append(part.content if self._state.captures and held + len(part.content) <= HELD else None)
        except ImageError as error:
            answer["error"] = problem_content(picture_kind(error), str(error))
        except ProblemError as error:
            answer["error"] = problem_content(error.kind, str(error))
        if len(self._waiting) == GROUP:
            self.classify_waiting()

    def classify_waiting(self) -> None:
        """Runs the model on what has been decoded since the last time."""
        if self._waiting:
            pictures = [picture for _, picture in self._waiting]
            seen = self._keep if self._state.captures else None
            predicted = classify(self._served, pictures, self._state.metrics, self._state.drift, self._top, seen)
            for (answer, _), prediction in zip(self._waiting, predicted, strict=True):
                answer.update(prediction)
            self._waiting.clear()
            self._held.clear()

    def _keep(self, number: int, prediction: Prediction, prediction_id: str) -> None:
        data = self._held[number]
        if data is None:
            self._state.captures.lose()
        else:
            self._state.captures.see(data, prediction, prediction_id, self._served, asked=self._asked)
