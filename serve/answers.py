"""Pictures to the service's answers: decoded, classified, counted, named."""

import json
import re
from collections.abc import Callable, Sequence
from time import perf_counter
from urllib.parse import parse_qs

import numpy as np
from starlette.requests import Request

from serve.drift_watch import Decoded, DriftWatch
from serve.metrics import Metrics
from serve.model_store import ServedModel
from serve.problems import ProblemError
from tinysight.drift.pictures import upright_size
from tinysight.imaging import decode_with_header
from tinysight.prediction import Prediction
from tinysight.records import new_id

Answer = dict[str, object]
NUMBER = re.compile(r"0*[1-9][0-9]{0,8}")
TRUTH = re.compile("true|false")
to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def wanted_top(request: Request) -> int | None:
    """How many probabilities the query asks for; None for all.

    Raises:
        ProblemError: if it is not a whole number of 1 or more.
    """
    given = _given(request, "top", NUMBER, "one whole number of 1 or more")
    return None if given is None else int(given)


def wants_kept(request: Request) -> bool:
    """Whether the query asks for the picture to be kept.

    Raises:
        ProblemError: if it says anything but true or false.
    """
    return _given(request, "keep", TRUTH, "true or false") == "true"


def _given(request: Request, name: str, allowed: re.Pattern[str], words: str) -> str | None:
    """What the query says for a name; None if it does not name it.

    Raises:
        ProblemError: if that is not allowed, or is said more than once.
    """
    query = request.scope["query_string"]
    given = parse_qs(query.decode("latin-1"), keep_blank_values=True).get(name) if query else None
    if given is None:
        return None
    if len(given) > 1 or not allowed.fullmatch(given[0]):
        received = ", ".join(given)[:50] or "nothing"
        raise ProblemError("bad-request", f"{name}: {words}. Received: {received}. Correct it.")
    return str(given[0])


def decode(served: ServedModel, data: bytes, metrics: Metrics) -> Decoded:
    """What the model sees of a picture's bytes.

    Raises:
        ImageError: if the bytes are not a picture that can be decoded.
    """
    started = perf_counter()
    try:
        pixels, header = decode_with_header(data, served.predictor.decoding)
    finally:
        metrics.decoded(perf_counter() - started)
    return Decoded(pixels, upright_size(header))


def classify(
    served: ServedModel,
    pictures: Sequence[Decoded],
    metrics: Metrics,
    drift: DriftWatch,
    top: int | None,
    seen: Callable[[int, Prediction, str], None] | None = None,
) -> list[Answer]:
    """What the service answers about each decoded picture, from one run of the model.

    Args:
        served: the model.
        pictures: as decode made them.
        metrics: that count it.
        drift: that looks at it.
        top: how many probabilities each answer holds, the largest first; None for all, in the model's order.
        seen: told the number of each picture, its prediction and its id.
    """
    started = perf_counter()
    pixels = pictures[0].pixels[None] if len(pictures) == 1 else np.stack([picture.pixels for picture in pictures])
    rows = served.predictor.probabilities(pixels)
    metrics.inferred(perf_counter() - started)
    answers = []
    for number, row in enumerate(rows):
        drift.saw(served, pictures[number], row)
        prediction = served.predictor.judge(row)
        metrics.predicted(prediction.class_name, prediction.confidence, served.release.version)
        answer = (prediction if top is None else prediction.top(top)).answer()
        answer["model_version"] = served.release.version
        prediction_id = answer["prediction_id"] = new_id()
        if seen:
            seen(number, prediction, prediction_id)
        answers.append(answer)
    return answers
