"""verdict.md: the answer first, then all candidates, then what to do next."""

from collections.abc import Sequence

from tinysight.evaluation.beside import Beside
from tinysight.evaluation.explanation import in_short
from tinysight.evaluation.next_steps import next_steps
from tinysight.evaluation.promise import promise
from tinysight.evaluation.scores import Scores, SplitScores
from tinysight.evaluation.selection import Entrant, Verdict
from tinysight.evaluation.small_server import burst_sentences, cells, heads
from tinysight.evaluation.wording import cost as mean_cost
from tinysight.evaluation.wording import (
    count,
    duration,
    duration_ms,
    file_size,
    memory_taken,
    motion,
    percent,
    percent_range,
    points,
)
from tinysight.params import ExpectedParams


def verdict_page(
    verdict: Verdict, entrants: Sequence[Entrant], expected: ExpectedParams, beside: Beside, *, figure: str
) -> str:
    """The verdict as Markdown.

    Args:
        verdict: what verdict.json holds.
        entrants: all candidates with all their scores.
        expected: the warps under which it was decided.
        beside: what else is shown.
        figure: file name of the figure of accuracy against cost; empty for none.
    """
    chosen = next((e.scores for e in entrants if e.scores and e.name == verdict.chosen), None)
    parts = [f"# {beside.dataset}: {in_short(verdict, entrants)}", verdict.why]
    if chosen:
        parts += [_unseen(chosen, expected), *filter(None, [promise(chosen)])]
        parts += [f"![accuracy against cost]({figure})"] if figure else []
        parts += ["## All candidates", _table(verdict, entrants), _legend(verdict, expected, beside.error_costs)]
        parts += _server(chosen, [e.scores for e in entrants if e.scores])
    failed = [f"- **{e.name}**: {e.reason}" for e in entrants if not e.scores]
    if failed:
        parts += ["## Failed", "\n".join(failed)]
    steps = next_steps(chosen, expected, beside, some_failed=bool(failed))
    parts += ["## What to do next", "\n".join(f"- {step}" for step in steps)]
    return "\n\n".join(parts) + "\n"


def _unseen(chosen: Scores, expected: ExpectedParams) -> str:
    test = chosen.test
    rest = "; the rest it calls unknown" if test.answered < 1 else ""
    sure = "" if test.answered_accuracy is None else f" and is right in {percent(test.answered_accuracy)} of those"
    return (
        f"On the {test.rows:,} test images, which had no say in this, {chosen.name} names {percent(test.accuracy)}"
        f" right (95 % interval {percent_range(test.interval)}), and {percent(test.expected_accuracy)}"
        f" ({percent_range(test.expected_interval)}) once they are {motion(expected)}."
        f" It is sure enough to answer {percent(test.answered)}{sure}{rest}."
    )


def _table(verdict: Verdict, entrants: Sequence[Entrant]) -> str:
    columns = ["candidate", "val, moved", "val", "test, moved", "test", "macro F1"]
    columns += ["multiply-adds", "file", "time", "memory", "training"]
    rows = [_cells(scores, verdict) for scores in _cheapest_first([e.scores for e in entrants if e.scores])]
    if any(one.error_cost for one in verdict.candidates):
        columns.insert(1, "mistakes cost")
    return _markdown(columns, rows)


def _cells(scores: Scores, verdict: Verdict) -> list[str]:
    cost, weighed = scores.cost, {one.name: one.error_cost for one in verdict.candidates}[scores.name]
    name = f"**{scores.name}** (chosen)" if scores.name == verdict.chosen else scores.name
    return [
        f"{name} (best)" if verdict.rule and scores.name == verdict.rule.best else name,
        *([mean_cost(weighed.val.mean)] if weighed else []),
        *_shares(scores.val),
        *_shares(scores.test),
        f"{scores.test.macro_f1:.3f}",
        count(cost.multiply_adds),
        file_size(cost.file_bytes),
        duration_ms(cost.p50_ms),
        memory_taken(cost),
        duration(cost.train_seconds),
    ]


def _shares(side: SplitScores) -> list[str]:
    return [
        f"{percent(side.expected_accuracy)} ({percent_range(side.expected_interval)})",
        f"{percent(side.accuracy)} ({percent_range(side.interval)})",
    ]


def _legend(verdict: Verdict, expected: ExpectedParams, error_costs: Sequence[str]) -> str:
    rule = verdict.rule
    decided = weighed = ""
    if rule:
        by_cost = rule.by == "error_cost"
        error = mean_cost(rule.standard_error) if by_cost else points(rule.standard_error)
        needed = f"{mean_cost(rule.needed)} and less" if by_cost else f"{percent(rule.needed)} and more"
        decided = (
            f" The best there is {rule.best}; its standard error is {error}, so that"
            f" {needed} are good enough: {', '.join(rule.good_enough)}, the cheapest of which is chosen."
        )
    if error_costs:
        weighed = f" What mistakes cost is the mean of val, moved: {'; '.join(error_costs)}; any other costs 1."
    return (
        f"Cheapest first. *Moved* is {motion(expected)}, in brackets are 95 % intervals; macro F1 is that of"
        f" test. Val decides, moved; test is only shown.{weighed}{decided} Time is the median for one picture, from"
        " pixels to probabilities on one thread; memory is the most that the service takes with one worker"
        " (*model alone*: the service was not measured, and takes more); `scores/` has more figures."
    )


def _server(chosen: Scores, everyone: Sequence[Scores]) -> list[str]:
    """What the candidates would cost a server; nothing where nobody measured that."""
    said = burst_sentences(chosen.cost)
    if not said:
        return []
    rows = [[f"**{s.name}**" if s is chosen else s.name, *cells(s.cost)] for s in _cheapest_first(everyone)]
    return ["## On a small server", said, _markdown(["candidate", *heads(chosen.cost)], rows)]


def _cheapest_first(everyone: Sequence[Scores]) -> list[Scores]:
    return sorted(everyone, key=lambda s: (s.cost.multiply_adds, s.cost.file_bytes, s.name))


def _markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose first column is of names and the others of figures."""
    ruler = ["---", *["---:"] * (len(heads) - 1)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [heads, ruler, *rows])
