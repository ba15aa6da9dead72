"""A bounded line in which one request a pass of the event loop is started."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from serve.problems import ProblemError
from serve.turns import Turns


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def test_those_that_arrive_together_are_started_one_a_pass_in_their_order() -> None:
    async def main() -> list[tuple[int, int]]:
        turns, passes, starts = Turns(9, 1.0), 0, []

        async def ask(number: int) -> None:
            await turns.take()
            starts.append((number, passes))
            turns.leave()

        tasks = [asyncio.create_task(ask(number)) for number in range(5)]
        while not all(task.done() for task in tasks):
            await asyncio.sleep(0)
            passes += 1
        return starts

    starts = run(main())
    assert [number for number, _ in starts] == [0, 1, 2, 3, 4]
    assert len({at for _, at in starts}) == 5


def test_one_that_comes_alone_does_not_wait() -> None:
    async def main() -> None:
        turns = Turns(1, 1.0)
        for _ in range(3):
            taking = turns.take()
            with pytest.raises(StopIteration):
                taking.send(None)
            turns.leave()
            await asyncio.sleep(0)

    run(main())


def test_one_more_than_the_most_is_refused_and_told_when_to_come_back() -> None:
    async def main() -> None:
        turns = Turns(2, 1.0)
        await turns.take()
        waiting = asyncio.create_task(turns.take())
        await asyncio.sleep(0)
        assert (turns.inside, turns.full) == (2, True)
        with pytest.raises(ProblemError) as caught:
            await turns.take()
        assert (caught.value.kind, caught.value.headers) == ("busy", {"Retry-After": "1"})
        await waiting
        turns.leave()
        turns.leave()
        assert (turns.inside, turns.full) == (0, False)
        await turns.take()

    run(main())


def test_one_that_gave_up_leaves_its_place_to_the_next() -> None:
    async def main() -> None:
        turns = Turns(4, 1.0)
        await turns.take()
        first, gone, last = (asyncio.create_task(turns.take()) for _ in range(3))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(first, last)
        assert turns.inside == 3

    run(main())


def test_one_whose_turn_comes_too_late_is_refused() -> None:
    async def main() -> None:
        turns = Turns(2, patience=-1.0)
        await turns.take()
        with pytest.raises(ProblemError):
            await turns.take()
        assert turns.inside == 1

    run(main())
