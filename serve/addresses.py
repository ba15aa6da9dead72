"""The addresses that the service has, for metrics and logs: whatever else is asked for shares one word."""

import re
from collections.abc import Iterable, Iterator

from starlette.routing import BaseRoute

UNKNOWN = "other"


class Addresses:
    """Finds the template of a path, such as /static/{name}; made once, since an app's routes do not change."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        templates = dict(_templates(routes))
        self._plain = {path: path for path in templates if "{" not in path}
        self._patterns = [(path, regex) for path, regex in templates.items() if "{" in path]

    def template(self, path: str) -> str:
        """The template that a path fits, or UNKNOWN."""
        return self._plain.get(path) or next((name for name, regex in self._patterns if regex.match(path)), UNKNOWN)


def _templates(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, re.Pattern[str]]]:
    for route in routes:
        if hasattr(route, "path_regex"):
            yield route.path, route.path_regex  # type: ignore[attr-defined]
        elif hasattr(route, "original_router"):  # FastAPI keeps included routers as they are
            yield from _templates(route.original_router.routes)
