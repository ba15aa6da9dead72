"""FastAPI without the layers around a request that nothing here uses: they take longer than the service's own work."""

from fastapi import FastAPI
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from serve.routes import DirectRoute


class LeanApp(FastAPI):
    """Keeps the routes, their OpenAPI document, handlers of exceptions, and the middleware that is added.

    What is left out: telemetry, a limit of bodies, a stack for dependencies, and the answer to unforeseen errors,
    which the guard gives. An address without parameters is found in a dict.
    """

    def build_middleware_stack(self) -> ASGIApp:
        """The added middleware, the last one outermost, around the routes."""
        handlers = {key: value for key, value in self.exception_handlers.items() if key not in (500, Exception)}
        app: ASGIApp = ExceptionMiddleware(self._by_path(), handlers=handlers)
        for layer, args, options in reversed(self.user_middleware):
            app = layer(app, *args, **options)
        return app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the server's start and end."""
        scope["app"] = self
        if self.middleware_stack is None:
            self.middleware_stack = self.build_middleware_stack()
        await self.middleware_stack(scope, receive, send)

    def _by_path(self) -> ASGIApp:
        direct = {route.path: route for route in self.routes if isinstance(route, DirectRoute)}

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            route = direct.get(scope["path"]) if scope["type"] == "http" else None
            await (route.handle(scope, receive, send) if route else self.router(scope, receive, send))

        return app
