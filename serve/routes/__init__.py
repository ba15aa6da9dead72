"""One file a group of addresses."""

from starlette.requests import Request

from serve.model_store import ServedModel
from serve.problems import ProblemError


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
