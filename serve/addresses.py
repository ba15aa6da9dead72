"""The addresses that the service has, for metrics and logs: whatever else is asked for shares one word."""

from collections.abc import Iterable

from starlette.routing import BaseRoute, Route

UNKNOWN = "other"


class Addresses:
    """Finds the template of a path, such as /static/{name}; made once, since an app's routes do not change."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        templates = {route.path: route.path_regex for route in routes if isinstance(route, Route)}
        self._plain = {path: path for path in templates if "{" not in path}
        self._patterns = [(path, regex) for path, regex in templates.items() if "{" in path]

    def template(self, path: str) -> str:
        """The template that a path fits, or UNKNOWN."""
        return self._plain.get(path) or next((name for name, regex in self._patterns if regex.match(path)), UNKNOWN)
