"""The processes that answer: what each knows when it begins."""

import os
import signal
import socket
import time
from pathlib import Path

from serving import eventually

from serve.follow_state import FollowState
from serve.links import Answer, Order, say
from serve.version import Release
from serve.workers import Workers


def repeat(order: Order, link: socket.socket, _place: int) -> None:
    """Says what it was told before it could have read anything, and waits for its end."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    say(link, Answer(number=order.number, trouble=order.state.trouble))
    time.sleep(60)


def test_a_worker_knows_the_trouble_before_it_answers(tmp_path: Path) -> None:
    workers = Workers(1, repeat, closes=list)
    workers.load(Release(name="colours", version="1", folder=tmp_path))
    workers.start_missing(FollowState(served="1", trouble="the registry is silent"))
    (worker,) = workers.alive.values()
    heard: list[Answer] = []

    def hear() -> bool:
        heard.extend(workers.hear(worker))
        return bool(heard)

    try:
        eventually(hear, 20)
    finally:
        workers.stop(signal.SIGKILL)
        workers.ended(*os.waitpid(worker.pid, 0), expected=True)
    assert heard == [Answer(number=1, trouble="the registry is silent")]
