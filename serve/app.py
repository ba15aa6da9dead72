"""Puts the service together: settings, model, routes, problems."""

from fastapi import FastAPI

from serve.access_log import AccessLog
from serve.buckets import Buckets
from serve.capture_folder import CaptureFolder
from serve.captures import Captures
from serve.drift_watch import DriftWatch
from serve.feedback_desk import FeedbackDesk
from serve.guard import Guard
from serve.lean_app import LeanApp
from serve.metrics import Metrics
from serve.model_store import ModelStore
from serve.problems import answer_in_problems
from serve.routes import batch, document, feedback, health, model, page, predict
from serve.routes import metrics as numbers
from serve.settings import Settings
from serve.turns import Turns
from serve.version import Release
from serve.watch import Watch
from tinysight import __version__

DESCRIPTION = "Classifies pictures with the production model. Every error is an RFC 9457 problem."


def create_app(
    settings: Settings,
    release: Release | None = None,
    metrics: Metrics | None = None,
    buckets: Buckets | None = None,
    access: AccessLog | None = None,
    drift: DriftWatch | None = None,
) -> FastAPI:
    """The service with its model loaded and checked.

    Args:
        settings: as load_settings reads them from the environment.
        release: a version that another process has fetched and checked already; by default it is fetched here.
        metrics: what the processes of this service share; by default this one counts alone.
        buckets: of the rate limit, shared by the same; by default this one has its own.
        access: where each request's line is written, if anywhere.
        drift: looks at what is answered, with the other processes; by default this one looks alone.

    Raises:
        TinysightError: if there is no model that can be served.
    """
    store = ModelStore(settings, release)
    store.load()
    app = LeanApp(
        title="tinysight", version=__version__, description=DESCRIPTION, openapi_url=None, redirect_slashes=False
    )
    metrics = metrics or Metrics()
    app.state.settings, app.state.store, app.state.metrics = settings, store, metrics
    folder = CaptureFolder(settings) if settings.capture_dir else None
    app.state.captures = Captures(folder, settings.capture_rate, metrics) if folder else None
    app.state.desk = FeedbackDesk(folder, metrics) if folder else None
    app.state.drift = drift or DriftWatch(settings, metrics)
    app.state.turns = Turns(settings.queue, settings.request_seconds)
    answer_in_problems(app)
    for room in (predict, batch, feedback, model, health, numbers, document, page):
        app.router.routes.extend(room.router.routes)  # an included router is looked through twice for each request
    if buckets is None and settings.rate:
        buckets = Buckets(settings.rate)
    app.add_middleware(Guard, settings=settings, turns=app.state.turns, metrics=app.state.metrics, buckets=buckets)
    app.add_middleware(Watch, metrics=metrics, access=access)  # the last one added is the outermost
    return app
