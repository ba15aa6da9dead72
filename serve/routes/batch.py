"""POST /predict/batch: many pictures in one form; each is answered, also when others cannot be."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response

from serve.answers import Answer, classify, decode, to_json, wanted_top
from serve.documented import BATCH_BODIES, TOP, request_body
from serve.form import Part
from serve.model_store import ServedModel
from serve.problems import ProblemError, picture_kind, problem_content, responses
from serve.rate import charge
from serve.routes import DirectRoute, served_model
from serve.schemas import BatchAnswer
from serve.upload import read_pictures, too_many
from tinysight.errors import ImageError
from tinysight.imaging import Pixels

router = APIRouter(tags=["predict"], route_class=DirectRoute)
GROUP = 8  # pictures in one run of the model: more are hardly faster, and hold up the other requests
BATCH_BYTES = 2  # times TINYSIGHT_MAX_BYTES is the longest form
PROBLEMS = responses(
    "bad-request", "too-many-bytes", "too-many-files", "not-a-form", "missing-file", "too-slow", "busy", "no-model"
)


@router.post(
    "/predict/batch",
    summary="Classify many pictures",
    response_model=BatchAnswer,
    responses=PROBLEMS,
    openapi_extra={"parameters": [TOP], "requestBody": request_body(BATCH_BODIES)},
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
        self._waiting: list[tuple[Answer, Pixels]] = []

    def add(self, part: Part) -> None:
        """Takes the next file; its bytes are not kept.

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
        except ImageError as error:
            answer["error"] = problem_content(picture_kind(error), str(error))
        except ProblemError as error:
            answer["error"] = problem_content(error.kind, str(error))
        if len(self._waiting) == GROUP:
            self.classify_waiting()

    def classify_waiting(self) -> None:
        """Runs the model on what has been decoded since the last time."""
        if self._waiting:
            pictures = [pixels for _, pixels in self._waiting]
            predicted = classify(self._served, pictures, self._state.metrics, self._top)
            for (answer, _), prediction in zip(self._waiting, predicted, strict=True):
                answer.update(prediction)
            self._waiting.clear()
