"""GET /metrics: the numbers of all processes of the service, whichever of them answers."""

from collections.abc import Iterator

from fastapi import APIRouter, Request, Response

from serve import families, processes
from serve.exposition import MEDIA_TYPE, exposition, series
from serve.model_store import ModelStore
from serve.problems import responses
from serve.routes import DirectRoute
from serve.shared_cells import LOST, PID, Page
from tinysight import __version__

router = APIRouter(tags=["operations"], route_class=DirectRoute)
EXAMPLE = """# HELP tinysight_unknown_total Pictures answered as unknown.
# TYPE tinysight_unknown_total counter
tinysight_unknown_total 3
"""
TEXT = {"schema": {"type": "string"}, "example": EXAMPLE}


@router.get(
    "/metrics",
    summary="Numbers for Prometheus",
    response_class=Response,
    responses={200: {"description": "In Prometheus' text format.", "content": {"text/plain": TEXT}}, **responses()},
)
async def metrics(request: Request) -> Response:
    """Counts, times, versions, memory: of the whole service."""
    shared, store = request.app.state.metrics.shared, request.app.state.store
    request.app.state.drift.tick(store.current)
    captures = request.app.state.captures
    kept = {families.CAPTURE_BYTES.name: [float(captures.folder.bytes())]} if captures else {}
    numbers = kept | _known(store) | shared.totals() | dict(_now(store)) | dict(_processes(shared.pages()))
    return Response(exposition(numbers), media_type=MEDIA_TYPE)


def _known(store: ModelStore) -> dict[str, list[float]]:
    """Zero for each class of the model that was not seen yet, so that its first time is a step that can be seen."""
    names = store.current.predictor.contract.class_names if store.current else ()
    return {series(families.PREDICTIONS, class_=name): [0.0] for name in names}


def _now(store: ModelStore) -> Iterator[tuple[str, list[float]]]:
    """What is true of this moment and no number."""
    yield series(families.BUILD, version=__version__), [1.0]
    if served := store.current:
        release = served.release
        yield series(families.MODEL, name=release.name, version=release.version, sha256=served.sha256), [1.0]
    if store.state.wanted is not None:
        yield series(families.WANTED, version=store.state.wanted), [1.0]


def _processes(pages: list[Page]) -> Iterator[tuple[str, list[float]]]:
    parent, *workers = (int(page.cells[PID]) for page in pages)
    for number, pid in enumerate((parent, *workers)):
        name = f"worker {number}" if number else "parent"
        if pid and (memory := processes.memory_bytes(pid)) is not None:
            yield series(families.MEMORY, process=name), [float(memory)]
        if pid and (files := processes.open_files(pid)) is not None:
            yield series(families.FILES, process=name), [float(files)]
    yield families.CPU.name, [processes.cpu_seconds(parent, [pid for pid in workers if pid])]
    yield families.LOST.name, [sum(page.cells[LOST] for page in pages)]
