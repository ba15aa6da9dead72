"""Puts the service together: settings, model, routes, problems."""

from fastapi import FastAPI

from serve.model_store import ModelStore
from serve.problems import answer_in_problems
from serve.routes import health, model, predict
from serve.settings import Settings, load_settings
from tinysight import __version__

DESCRIPTION = "Classifies pictures with the production model. Every error is an RFC 9457 problem."


def create_app(settings: Settings) -> FastAPI:
    """The service with its model loaded and checked.

    Args:
        settings: as load_settings reads them from the environment.

    Raises:
        TinysightError: if there is no model that can be served.
    """
    store = ModelStore(settings)
    store.load()
    app = FastAPI(title="tinysight", version=__version__, description=DESCRIPTION, redoc_url=None)
    app.state.settings, app.state.store = settings, store
    answer_in_problems(app)
    for room in (predict, model, health):
        app.include_router(room.router)
    return app


def create_worker() -> FastAPI:
    """The service of one of several processes, which read their settings from the environment."""
    return create_app(load_settings())
