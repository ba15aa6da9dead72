"""POST /predict: a picture in, its class out."""

from fastapi import APIRouter, Request, Response

from serve.answers import classify, decode, to_json, wanted_top, wants_kept
from serve.documented import KEEP, PICTURE_BODIES, TOP, request_body
from serve.problems import responses
from serve.routes import DirectRoute, served_model
from serve.schemas import PredictionAnswer
from serve.upload import read_picture
from tinysight.prediction import Prediction

router = APIRouter(tags=["predict"], route_class=DirectRoute)
PROBLEMS = responses(
    "bad-request",
    "too-many-bytes",
    "too-many-pixels",
    "excessive-picture",
    "not-a-form",
    "not-a-picture",
    "missing-file",
    "empty-file",
    "broken-picture",
    "unsupported-picture",
    "excessive-picture",
    "too-slow",
    "busy",
    "no-model",
)


@router.post(
    "/predict",
    summary="Classify one picture",
    response_model=PredictionAnswer,
    responses=PROBLEMS,
    openapi_extra={"parameters": [TOP, KEEP], "requestBody": request_body(PICTURE_BODIES)},
)
async def predict(request: Request) -> Response:
    """One picture: the field `file` of a form, or the whole body. Its format is told by its content.

    `class` is null and `unknown` true when the best probability is below the model's `unknown_threshold`;
    `best_class` is named all the same.
    """
    # decoded and classified inline: for such small models a thread pool costs more than it gives
    state = request.app.state
    served, top, asked = served_model(request), wanted_top(request), wants_kept(request)
    data = await read_picture(request, state.settings.max_bytes)
    captures = state.captures

    def seen(_: int, prediction: Prediction, prediction_id: str) -> None:
        captures.see(data, prediction, prediction_id, served, asked=asked)

    pictures = [decode(served, data, state.metrics)]
    answer = classify(served, pictures, state.metrics, state.drift, top, seen if captures else None)[0]
    return Response(to_json(answer), media_type="application/json")
