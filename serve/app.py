"""Puts the service together: settings, model, routes, problems."""

from fastapi import FastAPI

from serve.metrics import Metrics
from serve.model_store import ModelStore
from serve.problems import answer_in_problems
from serve.routes import health, model, page, predict
from serve.settings import Settings
from serve.version import Release
from tinysight import __version__

DESCRIPTION = "Classifies pictures with the production model. Every error is an RFC 9457 problem."


def create_app(settings: Settings, release: Release | None = None, metrics: Metrics | None = None) -> FastAPI:
    """The service with its model loaded and checked.

    Args:
        settings: as load_settings reads them from the environment.
        release: a version that another process has fetched and checked already; by default it is fetched here.
        metrics: what the processes of this service share; by default this one counts alone.

    Raises:
        TinysightError: if there is no model that can be served.
    """
    store = ModelStore(settings, release)
    store.load()
    app = FastAPI(title="tinysight", version=__version__, description=DESCRIPTION, redoc_url=None)
    app.state.settings, app.state.store, app.state.metrics = settings, store, metrics or Metrics()
    answer_in_problems(app)
    for room in (predict, model, health, page):
        app.include_router(room.router)
    return app
