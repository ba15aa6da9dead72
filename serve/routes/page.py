"""GET / and /static: the page for people, held in memory and allowed to load nothing from elsewhere."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from serve.routes import DirectRoute

router = APIRouter(include_in_schema=False, route_class=DirectRoute)
INDEX = "index.html"
FOLDER = Path(__file__).parent.parent / "static"
MEDIA_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
POLICY = "; ".join(
    (
        *("default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' blob:", "connect-src 'self'"),
        *("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"),
    )
)
HEADERS = {
    "Cache-Control": "no-cache",  # kept, but asked for again: after an update no page runs with an old script
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True)
class PageFile:
    """One file of the page as it is sent."""

    content: bytes
    media_type: str
    etag: str


@router.get("/")
async def index(request: Request) -> Response:
    """The page."""
    return _answer(request, INDEX)


@router.get("/static/{name}")
async def static(request: Request) -> Response:
    """What the page is made of."""
    return _answer(request, request.path_params["name"])


@cache
def page_files() -> dict[str, PageFile]:
    """All files by name, read together, so that they fit each other also when the package is replaced meanwhile."""
    found = (path for path in FOLDER.iterdir() if path.suffix in MEDIA_TYPES)
    return {path.name: _page_file(path) for path in found}


def _page_file(path: Path) -> PageFile:
    content = path.read_bytes()
    return PageFile(content, MEDIA_TYPES[path.suffix], f'"{hashlib.sha256(content).hexdigest()[:32]}"')


def _answer(request: Request, name: str) -> Response:
    file = page_files().get(name)
    if file is None:
        raise HTTPException(404)
    headers = HEADERS | {"ETag": file.etag}
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if file.etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(file.content, headers=headers, media_type=file.media_type)
