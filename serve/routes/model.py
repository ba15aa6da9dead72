"""GET /model: what is being served and what it promises."""

from fastapi import APIRouter, Request

from serve.problems import responses
from serve.routes import served_model
from serve.schemas import ModelAnswer

router = APIRouter(tags=["predict"])


@router.get("/model", summary="The model that is being served", responses=responses("no-model"))
async def model(request: Request) -> ModelAnswer:
    """Name, version, digest and contract of the served model."""
    served = served_model(request)
    contract = served.predictor.contract.model_dump(exclude={"temperature"})
    return ModelAnswer(name=served.release.name, version=served.release.version, sha256=served.sha256, **contract)
