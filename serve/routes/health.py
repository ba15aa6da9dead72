"""GET /healthz and /readyz: for whatever watches over the service."""

import re
from pathlib import Path

from fastapi import APIRouter, Request

from serve.problems import UNLOCKED, ProblemError, responses
from serve.routes import DirectRoute, served_model
from serve.schemas import Health, Readiness

router = APIRouter(tags=["operations"], route_class=DirectRoute)
DATABASE = re.compile(r"\bsqlite:/+[^\s'\",;]*")
FOLDERS = re.compile(r"(?<![\w:/.])(?:~|\.{1,2})?/(?:[^\s'\"/]+/)*(?=[^\s'\"/])")


@router.get("/healthz", summary="This process answers", responses=responses(everywhere=UNLOCKED))
async def healthz(_: Request) -> Health:
    """Says nothing about the model: a service without one must not be killed for it."""
    return Health()


@router.get(
    "/readyz", summary="A checked model is loaded", responses=responses("no-model", "draining", everywhere=UNLOCKED)
)
async def readyz(request: Request) -> Readiness:
    """200 when predictions will be answered, also by an older version; 503 when not, or not for long."""
    if request.app.state.metrics.draining:
        raise ProblemError("draining", "It still answers, but not for long. Send requests to another instance.")
    version, state = served_model(request).release.version, request.app.state.store.state
    settings = request.app.state.settings
    trouble = without_folders(state.trouble, settings.model, str(settings.cache)) if state.trouble else None
    return Readiness(model_version=version, wanted_version=state.wanted, trouble=trouble)


def without_folders(words: str, *known: str) -> str:
    """What went wrong, without where it lies on this machine: the log has that, and /readyz is open to anybody.

    Args:
        words: such as "/srv/models/bundle-3/bundle.json cannot be read".
        known: folders that may stand in them, also those whose names hold spaces.
    """
    for folder in map(Path, known):
        if folder.is_absolute():
            for place in (folder, folder.resolve(), folder.resolve().parent):
                words = words.replace(f"{place}/", "/")
    return FOLDERS.sub("", DATABASE.sub("the database", words))
