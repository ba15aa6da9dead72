"""POST /feedback: the right class of a picture that was answered."""

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from serve.documented import request_body
from serve.incoming import leave_line
from serve.problems import ProblemError, responses
from serve.routes import DirectRoute, served_model
from serve.schemas import FeedbackAnswer, FeedbackRequest
from serve.upload import read_body

router = APIRouter(tags=["feedback"], route_class=DirectRoute)
MOST = 4096  # bytes; what is to be said takes a hundred
HOW = """curl -H 'Content-Type: application/json' -d '{"prediction_id": "…", "class_name": "…"}' …/feedback"""
BODY = {"application/json": {"schema": FeedbackRequest.model_json_schema()}}
PROBLEMS = responses(
    "bad-request", "feedback-off", "unknown-prediction", "not-json", "too-many-bytes", "unknown-class", "too-slow",
    "busy", "no-model", "storage-full",
)  # fmt: skip


@router.post(
    "/feedback",
    summary="Say what a picture shows",
    status_code=201,
    response_model=FeedbackAnswer,
    responses=PROBLEMS,
    openapi_extra={"requestBody": request_body(BODY)},
)
async def feedback(request: Request) -> Response:
    """The right class of a picture, by the `prediction_id` of its answer; null where it is none of the classes.

    It is on the disk before it is answered. Of several about the same answer, the latest counts. Only pictures that
    the service has kept can be spoken of: those of `POST /predict?keep=true`, and a sample of the others.
    """
    desk = request.app.state.desk
    if desk is None:
        raise ProblemError(
            "feedback-off", "This service keeps no pictures and takes no feedback. Whoever runs it can set"
            " TINYSIGHT_CAPTURE_DIR.",
        )  # fmt: skip
    names = served_model(request).predictor.contract.class_names
    said = await _read(request)
    leave_line(request)  # it is for pictures; from here on it is the disk that is waited for
    who = request.scope["state"].get("key_name")
    kept = await desk.take(said.prediction_id, said.class_name, who, list(names))
    answer = FeedbackAnswer(prediction_id=kept.prediction_id, class_name=kept.class_name)
    return Response(answer.model_dump_json(), 201, media_type="application/json")


async def _read(request: Request) -> FeedbackRequest:
    content_type = request.headers.get("content-type", "")
    body = await read_body(request, MOST, f"At most {MOST:,} bytes are read here. Send only the two fields: {HOW}")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise ProblemError("not-json", f"{HOW}. Received: {content_type[:100] or 'no content type'}.")
    try:
        return FeedbackRequest.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise ProblemError("bad-request", f"{where}: {first['msg']}. Correct it: {HOW}") from None
