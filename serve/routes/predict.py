"""POST /predict: a picture in, its class out."""

import json
import uuid

from fastapi import APIRouter, Request, Response

from serve.problems import responses
from serve.routes import served_model
from serve.schemas import PredictionAnswer
from serve.upload import read_file

router = APIRouter(tags=["predict"])
FORM = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "format": "binary", "description": "PNG, JPEG, GIF, BMP, TIFF or WebP."}},
}
PROBLEMS = responses(
    "bad-request",
    "too-many-bytes",
    "too-many-pixels",
    "not-a-form",
    "not-a-picture",
    "missing-file",
    "empty-file",
    "broken-picture",
    "unsupported-picture",
    "no-model",
)


@router.post(
    "/predict",
    summary="Classify one picture",
    response_model=PredictionAnswer,
    responses=PROBLEMS,
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": FORM}}}},
)
async def predict(request: Request) -> Response:
    """Decodes and classifies inline: for such small models a thread pool costs more than it gives."""
    served = served_model(request)
    data = await read_file(request, request.app.state.settings.max_bytes)
    answer = served.predictor.predict(data).answer()
    answer["model_version"] = served.release.version
    answer["prediction_id"] = uuid.uuid4().hex
    return Response(json.dumps(answer, ensure_ascii=False, separators=(",", ":")), media_type="application/json")
