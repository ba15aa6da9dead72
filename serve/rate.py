"""The rate limit as requests meet it: who asks, and the refusal of whoever asks too often."""

import math

from starlette.requests import Request

from serve.buckets import Buckets
from serve.problems import ProblemError


def charge(request: Request, tokens: int) -> None:
    """Takes more tokens from whoever sent a request, for one that asks for the work of many.

    Raises:
        ProblemError: if there are not enough.
    """
    buckets, asker = request.scope["state"].get("buckets"), request.scope["state"].get("asker")
    if buckets is None or asker is None or tokens < 1:
        return
    try:
        spend(buckets, asker, tokens)
    except ProblemError as refusal:
        request.app.state.metrics.refused(refusal.kind)
        raise


def spend(buckets: Buckets, asker: str, tokens: int = 1) -> None:
    """Takes tokens out of a bucket.

    Raises:
        ProblemError: if there are not enough.
    """
    wait = buckets.spend(asker, tokens)
    if wait:
        seconds = math.ceil(wait)
        raise ProblemError(
            "too-many-requests",
            f"At most {buckets.burst:,} requests in {buckets.period:,} s are answered here for one key or address."
            f" Wait {seconds} s, as Retry-After says, and send it again.",
            headers={"Retry-After": str(seconds)},
        )
