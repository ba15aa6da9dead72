"""POST /predict: a picture in, its class out."""

from fastapi import APIRouter, Request, Response

from serve.answers import classify, decode, to_json, wanted_top
from serve.documented import PICTURE_BODIES, TOP, request_body
from serve.problems import responses
from serve.routes import DirectRoute, served_model
from serve.schemas import PredictionAnswer
from serve.upload import read_picture

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
    openapi_extra={"parameters": [TOP], "requestBody": request_body(PICTURE_BODIES)},
)
async def predict(request: Request) -> Response:
    """One picture: the field `file` of a form, or the whole body. Its format is told by its content.

    `class` is null and `unknown` true when the best probability is below the model's `unknown_threshold`;
    `best_class` is named all the same.
    """
    # decoded and classified inline: for such small models a thread pool costs more than it gives
    state = request.app.state
    served, top = served_model(request), wanted_top(request)
    data = await read_picture(request, state.settings.max_bytes)
    answer = classify(served, [decode(served, data, state.metrics)], state.metrics, top)[0]
    return Response(to_json(answer), media_type="application/json")
