"""GET /model and /labels: what is being served and what it promises."""

from fastapi import APIRouter, Request

from serve.problems import responses
from serve.routes import DirectRoute, served_model
from serve.schemas import Labels, ModelAnswer

router = APIRouter(tags=["model"], route_class=DirectRoute)


@router.get("/model", summary="The model that is being served", responses=responses("no-model"))
async def model(request: Request) -> ModelAnswer:
    """Name, version, digest, contract and scores of the served model."""
    served, state = served_model(request), request.app.state.store.state
    release = served.release
    return ModelAnswer(
        name=release.name,
        version=release.version,
        sha256=served.sha256,
        metrics=served.scores,
        feedback=request.app.state.desk is not None,
        promoted_at=state.promoted_at if state.wanted == release.version else None,
        **served.predictor.contract.model_dump(exclude={"temperature"}),
    )


@router.get("/labels", summary="The classes, in the model's order", responses=responses("no-model"))
async def labels(request: Request) -> Labels:
    """The class names; the place of each, from 0, is its label."""
    served = served_model(request)
    return Labels(class_names=list(served.predictor.contract.class_names), model_version=served.release.version)
