"""Pictures to the service's answers: decoded, classified, counted, named."""

import json
import os
import re
from collections.abc import Sequence
from time import perf_counter
from urllib.parse import parse_qs

import numpy as np
from starlette.requests import Request

from serve.metrics import Metrics
from serve.model_store import ServedModel
from serve.problems import ProblemError
from tinysight.imaging import Pixels

Answer = dict[str, object]
NUMBER = re.compile(r"0*[1-9][0-9]{0,8}")
to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def wanted_top(request: Request) -> int | None:
    """How many probabilities the query asks for; None for all.

    Raises:
        ProblemError: if it is not a whole number of 1 or more.
    """
    query = request.scope["query_string"]
    given = parse_qs(query.decode("latin-1"), keep_blank_values=True).get("top") if query else None
    if given is None:
        return None
    if len(given) > 1 or not NUMBER.fullmatch(given[0]):
        received = ", ".join(given)[:50] or "nothing"
        raise ProblemError("bad-request", f"top: one whole number of 1 or more. Received: {received}. Correct it.")
    return int(given[0])


def decode(served: ServedModel, data: bytes, metrics: Metrics) -> Pixels:
    """(image_size, image_size, 3) uint8 from a picture's bytes.

    Raises:
        ImageError: if the bytes are not a picture that can be decoded.
    """
    started = perf_counter()
    try:
        return served.predictor.decode(data)
    finally:
        metrics.decoded(perf_counter() - started)


def classify(served: ServedModel, pictures: Sequence[Pixels], metrics: Metrics, top: int | None) -> list[Answer]:
    """What the service answers about each decoded picture, from one run of the model.

    Args:
        served: the model.
        pictures: each (image_size, image_size, 3) uint8.
        metrics: that count it.
        top: how many probabilities each answer holds, the largest first; None for all, in the model's order.
    """
    started = perf_counter()
    rows = served.predictor.probabilities(pictures[0][None] if len(pictures) == 1 else np.stack(pictures))
    metrics.inferred(perf_counter() - started)
    answers = []
    for row in rows:
        prediction = served.predictor.judge(row)
        metrics.predicted(prediction.class_name, prediction.confidence, served.release.version)
        answer = (prediction if top is None else prediction.top(top)).answer()
        answer["model_version"] = served.release.version
        answer["prediction_id"] = os.urandom(16).hex()  # as unlikely to come twice as a uuid, at a quarter of its cost
        answers.append(answer)
    return answers
