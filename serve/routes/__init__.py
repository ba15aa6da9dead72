"""One file a group of addresses."""

from typing import Any

from fastapi import Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from serve.model_store import ServedModel
from serve.problems import ProblemError


class DirectRoute(APIRoute):
    """An address whose function is called with the request and nothing else.

    It stands in the OpenAPI document like any other. What is left out, dependencies and checks of parameters that no
    address here has, takes longer than all of the service's own work on a request. HEAD is taken wherever GET is.
    """

    def __init__(self, path: str, endpoint: Any, **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        methods = self.methods or set()
        self.accepted = methods | ({"HEAD"} if "GET" in methods else set())

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["method"] not in self.accepted:
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(self.accepted))})
        answer = await self.endpoint(Request(scope, receive, send))
        if isinstance(answer, BaseModel):
            answer = Response(answer.model_dump_json(by_alias=True), media_type="application/json")
        await answer(scope, receive, send)


def served_model(request: Request) -> ServedModel:
    """The model to answer this request with.

    Raises:
        ProblemError: if none is loaded.
    """
    served: ServedModel | None = request.app.state.store.current
    if served is None:
        raise ProblemError(
            "no-model", "No checked model is loaded. GET /readyz tells when there is one; try again then."
        )
    return served
