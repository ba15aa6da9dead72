"""What the verdict's page shows: figures as text, and the marks of its drawings."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tinysight.evaluation.beside import Beside
from tinysight.evaluation.error_costs import MeanCost
from tinysight.evaluation.explanation import MAJORITY, in_short, is_doubtful
from tinysight.evaluation.learning import left_out
from tinysight.evaluation.next_steps import next_steps
from tinysight.evaluation.promise import promise
from tinysight.evaluation.scores import Scores
from tinysight.evaluation.selection import Entrant, Verdict
from tinysight.evaluation.trial_file import compared_with
from tinysight.evaluation.verdict.details import (
    Band,
    ClassRow,
    Mistake,
    band,
    class_rows,
    data_uri,
    shown_mistakes,
    shown_strangers,
)
from tinysight.evaluation.verdict.learning_plot import LearningPlot, place_learning
from tinysight.evaluation.verdict.plots import (
    CurvePlot,
    Plane,
    place_candidates,
    place_curves,
)
from tinysight.evaluation.verdict.reliability_plot import Reliability, place_reliability
from tinysight.evaluation.verdict.server import ServerTable, server_table
from tinysight.evaluation.weaknesses import weak_class_sentence, weakness_sentence
from tinysight.evaluation.wording import cost as costs_text
from tinysight.evaluation.wording import (
    count,
    duration,
    duration_ms,
    file_size,
    memory,
    memory_taken,
    motion,
    percent,
    percent_range,
)
from tinysight.params import ExpectedParams
from tinysight.paths import candidate_of, is_int8

LEARNING_TIMES = 6  # the trainings of a learning curve take about so many times that of the candidate
COLOURS = 8  # of candidates; more share them, and an 8-bit file has its candidate's


@dataclass(frozen=True)
class Tile:
    """One of the main figures; the note says what it was measured on."""

    label: str
    value: str
    note: str


@dataclass(frozen=True)
class Row:
    """One candidate in the table."""

    name: str
    colour: int
    int8: bool
    chosen: bool
    best: bool
    good_enough: bool
    over_budget: str
    moved: Band
    clean: str
    test: str
    mistakes: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class View:
    """All that the page's template is given; what a failed or older evaluation left out is empty or None."""

    dataset: str
    fitness: str
    headline: str
    lede: str
    why: str
    tiles: tuple[Tile, ...]
    floor: float
    rows: tuple[Row, ...]
    failed: tuple[tuple[str, str], ...]
    moved: str
    error_costs: tuple[str, ...]
    chosen: Scores | None
    server: ServerTable | None
    plane: Plane | None
    curves: tuple[CurvePlot, ...]
    weakness: str
    weak_class: str
    classes: tuple[ClassRow, ...]
    mistakes: tuple[Mistake, ...]
    reliability: Reliability | None
    promise: str
    strangers: tuple[tuple[str, Band], ...]
    learning: LearningPlot | None
    learning_minutes: str
    learning_left_out: str
    augmented: str
    copied: bool
    steps: tuple[str, ...]


def make_view(verdict: Verdict, entrants: Sequence[Entrant], expected: ExpectedParams, beside: Beside) -> View:
    """Chooses what the page shows of a verdict and of all candidates; `expected` are the warps that decided."""
    came = sorted((e.scores for e in entrants if e.scores), key=lambda s: (s.cost.multiply_adds, s.cost.file_bytes))
    chosen = next((scores for scores in came if scores.name == verdict.chosen), None)
    colours, floor = _colours(came), _floor(came)
    weighed = {one.name: one.error_cost.val for one in verdict.candidates if one.error_cost}
    failed = tuple((e.name, e.reason) for e in entrants if not e.scores)
    return View(
        dataset=beside.dataset,
        fitness=_fitness(verdict, entrants),
        headline=_headline(chosen, verdict, entrants),
        lede=_lede(chosen, expected) if chosen else verdict.why,
        why=verdict.why,
        tiles=tuple(_tiles(chosen, weighed.get(chosen.name))) if chosen else (),
        floor=floor,
        rows=tuple(_row(s, verdict, colours[s.name], floor, weighed.get(s.name)) for s in came),
        failed=failed,
        moved=motion(expected),
        error_costs=beside.error_costs,
        chosen=chosen,
        server=server_table(came, chosen, colours) if chosen else None,
        plane=place_candidates(came, chosen.name, colours) if chosen else None,
        curves=_curves(came, chosen, colours, expected),
        weakness=weakness_sentence(chosen) if chosen else "",
        weak_class=weak_class_sentence(chosen) if chosen else "",
        classes=tuple(class_rows(chosen)) if chosen else (),
        mistakes=tuple(shown_mistakes(beside.mistakes, chosen)) if beside.mistakes and chosen else (),
        reliability=_reliability(chosen),
        promise=promise(chosen) if chosen else "",
        strangers=tuple(shown_strangers(chosen)) if chosen else (),
        learning=_learning(beside, chosen, colours),
        learning_minutes=_learning_minutes(came, chosen),
        learning_left_out=left_out(beside.learning),
        augmented=data_uri(beside.augmented),
        copied=beside.augment is None or beside.augment.copies > 0,
        steps=tuple(next_steps(chosen, expected, beside, some_failed=bool(failed))),
    )


def _colours(came: Sequence[Scores]) -> dict[str, int]:
    families = list(dict.fromkeys(candidate_of(scores.name) for scores in came))
    return {scores.name: families.index(candidate_of(scores.name)) % COLOURS for scores in came}


def _curves(
    came: Sequence[Scores], chosen: Scores | None, colours: dict[str, int], expected: ExpectedParams
) -> tuple[CurvePlot, ...]:
    if chosen is None or not chosen.curves:
        return ()
    return place_curves([scores for scores in came if scores.curves], chosen.name, colours, expected)


def _reliability(chosen: Scores | None) -> Reliability | None:
    found = chosen.test.calibration if chosen else None
    return place_reliability(found.bins_before, found.bins_after) if found else None


def _headline(chosen: Scores | None, verdict: Verdict, entrants: Sequence[Entrant]) -> str:
    text = in_short(verdict, entrants)
    return text if chosen and text.startswith(chosen.name) else text[0].upper() + text[1:]


def _fitness(verdict: Verdict, entrants: Sequence[Entrant]) -> str:
    if verdict.rule is None:
        return "unfit"
    return "look" if is_doubtful(verdict.rule, entrants) else "fit"


def _lede(chosen: Scores, expected: ExpectedParams) -> str:
    """The answer in two sentences."""
    test, cost = chosen.test, chosen.cost
    precise = "" if test.answered_accuracy is None else f" and is right in {percent(test.answered_accuracy)} of those"
    return (
        f"Of {test.rows:,} test images that had no say in the choice, it names {percent(test.accuracy)} right, and"
        f" {percent(test.expected_accuracy)} once they are {motion(expected)}; it is sure enough to answer"
        f" {percent(test.answered)}{precise}."
        f" Its file has {file_size(cost.file_bytes)}, and one picture takes {duration_ms(cost.p50_ms)} on one thread."
    )


def _tiles(chosen: Scores, mistakes: MeanCost | None) -> Iterator[Tile]:
    test, cost = chosen.test, chosen.cost
    yield Tile("right answers", percent(test.accuracy), f"test, {percent_range(test.interval)}")
    yield Tile("right when moved", percent(test.expected_accuracy), f"test, {percent_range(test.expected_interval)}")
    if mistakes:
        bounds = "–".join(map(costs_text, mistakes.interval))
        yield Tile("cost of mistakes", costs_text(mistakes.mean), f"a picture, val, moved, {bounds}")
    yield Tile("answered", percent(test.answered), "the rest is called unknown")
    yield Tile("file", file_size(cost.file_bytes), "8-bit" if is_int8(chosen.name) else "all that is deployed")
    yield Tile("one picture", duration_ms(cost.p50_ms), f"1 of 100 takes over {duration_ms(cost.p99_ms)}")
    yield Tile("memory", memory(cost.deployed_mb), "of the service" if cost.service_mb else "of the model alone")
    yield Tile("training", duration(cost.train_seconds), "once, on this machine")


def _learning(beside: Beside, chosen: Scores | None, colours: dict[str, int]) -> LearningPlot | None:
    if beside.learning is None or chosen is None:
        return None
    return place_learning(beside.learning, chosen.name, colours, beside.image_size)


def _learning_minutes(came: Sequence[Scores], chosen: Scores | None) -> str:
    """About how long `tinysight learning-curve` takes; empty where there is nothing that learned."""
    if chosen is None or chosen.kind == MAJORITY:
        return ""
    seconds = {scores.name: scores.cost.train_seconds for scores in came}
    mine = seconds.get(candidate_of(chosen.name), chosen.cost.train_seconds)
    return duration(LEARNING_TIMES * mine + sum(seconds.get(name, 0.0) for name in compared_with(chosen.name)))


def _floor(came: Sequence[Scores]) -> float:
    """Where the table's scale begins: below all candidates but the majority vote."""
    shares = [scores.val.expected_interval[0] for scores in came if scores.kind != MAJORITY] or [0.0]
    return max(0.0, math.floor(min(shares) * 10) / 10)


def _row(scores: Scores, verdict: Verdict, colour: int, floor: float, mistakes: MeanCost | None) -> Row:
    val, cost, rule = scores.val, scores.cost, verdict.rule
    numbers = (count(cost.multiply_adds), file_size(cost.file_bytes), duration_ms(cost.p50_ms))
    return Row(
        name=scores.name,
        colour=colour,
        int8=is_int8(scores.name),
        chosen=scores.name == verdict.chosen,
        best=bool(rule and scores.name == rule.best),
        good_enough=bool(rule and scores.name in rule.good_enough),
        over_budget=verdict.over_budget.get(scores.name, ""),
        moved=band(val.expected_accuracy, val.expected_interval, floor),
        clean=percent(val.accuracy),
        test=f"{percent(scores.test.expected_accuracy)} / {percent(scores.test.accuracy)}",
        mistakes=costs_text(mistakes.mean) if mistakes else "",
        cells=(*numbers, memory_taken(cost), duration(cost.train_seconds)),
    )
