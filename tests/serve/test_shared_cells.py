import os

from serve.shared_cells import CELLS, FIRST, LOST, NAMES, SINK, SharedCells


def test_what_processes_count_apart_is_added_up() -> None:
    """Each in a process of its own, as workers do; the sum is seen by all."""
    shared = SharedCells(3)
    children = []
    for number in (1, 2, 3):
        if (pid := os.fork()) == 0:
            page = shared.page(number)
            for _ in range(1000):
                page.cells[page.place("a")] += number
            page.cells[page.place("b", 3) + 2] = number
            os._exit(0)
        children.append(pid)
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0, 0, 0]
    assert shared.totals() == {"a": [6000.0], "b": [0.0, 0.0, 6.0]}


def test_a_successor_counts_on_from_where_a_killed_process_stopped() -> None:
    shared = SharedCells(1)
    for expected in (1.0, 2.0, 3.0):
        if (pid := os.fork()) == 0:
            page = shared.page(1)
            page.cells[page.place('ü{b="c"}')] += 1
            os.kill(os.getpid(), 9)
        os.waitpid(pid, 0)
        assert shared.totals() == {'ü{b="c"}': [expected]}


def test_a_full_page_loses_what_is_new_and_says_so() -> None:
    shared = SharedCells()
    page = shared.page(0)
    for number in range(CELLS):
        page.cells[page.place(f"series {number}")] += 1
    assert page.cells[LOST] == FIRST
    assert page.place(f"series {CELLS - 1}") == SINK
    assert page.place("one more") == SINK
    assert shared.totals()["series 0"] == [1.0]
    assert len(shared.totals()) == CELLS - FIRST


def test_a_name_that_is_too_long_is_lost_alone() -> None:
    page = SharedCells().page(0)
    assert page.place("x" * NAMES) == SINK
    assert page.place("y") == FIRST
