"""What the verdict's page shows of each candidate on a small server: the parts of a request, and what follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tinysight.evaluation.scores import Cost, Scores
from tinysight.evaluation.small_server import burst_sentences, cells, heads
from tinysight.evaluation.wording import duration_ms
from tinysight.paths import is_int8

Parts = tuple[float, float, float]


@dataclass(frozen=True)
class ServerRow:
    """One candidate; parts are shares of the dearest request: decoding, the model, HTTP."""

    name: str
    colour: int
    int8: bool
    chosen: bool
    parts: Parts
    title: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class ServerTable:
    """All candidates whose requests were measured; the sentences are on the chosen one."""

    sentences: str
    heads: tuple[str, ...]
    rows: tuple[ServerRow, ...]


def server_table(came: Sequence[Scores], chosen: Scores, colours: Mapping[str, int]) -> ServerTable | None:
    """The table; None where the chosen candidate's requests were not measured.

    Args:
        came: the candidates that came through, in the order of the rows.
        chosen: one of them.
        colours: each candidate's number.
    """
    measured = [scores for scores in came if scores.cost.request_ms]
    if chosen not in measured:
        return None
    most = max(scores.cost.request_ms or 0.0 for scores in measured)
    return ServerTable(
        sentences=burst_sentences(chosen.cost),
        heads=heads(chosen.cost),
        rows=tuple(
            ServerRow(
                name=scores.name,
                colour=colours[scores.name],
                int8=is_int8(scores.name),
                chosen=scores is chosen,
                parts=_parts(scores.cost, most),
                title=", ".join(f"{name} {duration_ms(ms)}" for name, ms in _named(scores.cost)),
                cells=cells(scores.cost),
            )
            for scores in measured
        ),
    )


def _named(cost: Cost) -> tuple[tuple[str, float], ...]:
    return ("decoding", cost.decode_ms or 0.0), ("model", cost.cpu_ms), ("HTTP", cost.http_ms or 0.0)


def _parts(cost: Cost, most: float) -> Parts:
    decode, model, http = (ms / most for _, ms in _named(cost))
    return decode, model, http
