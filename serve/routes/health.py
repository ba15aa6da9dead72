"""GET /healthz and /readyz: for whatever watches over the service."""

from fastapi import APIRouter, Request

from serve.problems import ProblemError, responses
from serve.routes import DirectRoute, served_model
from serve.schemas import Health, Readiness

router = APIRouter(tags=["operations"], route_class=DirectRoute)


@router.get("/healthz", summary="This process answers", responses=responses())
async def healthz(_: Request) -> Health:
    """Says nothing about the model: a service without one must not be killed for it."""
    return Health()


@router.get("/readyz", summary="A checked model is loaded", responses=responses("no-model", "draining"))
async def readyz(request: Request) -> Readiness:
    """200 when predictions will be answered, also by an older version; 503 when not, or not for long."""
    if request.app.state.metrics.draining:
        raise ProblemError("draining", "It still answers, but not for long. Send requests to another instance.")
    version, state = served_model(request).release.version, request.app.state.store.state
    return Readiness(model_version=version, wanted_version=state.wanted, trouble=state.trouble)
