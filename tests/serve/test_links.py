"""What the parent and a worker say to each other."""

import socket
from pathlib import Path

import pytest
from serving import make_bundle

from serve.follow_state import FollowState
from serve.links import Answer, Lines, Order, _do, say
from serve.model_store import ModelStore, check_release
from serve.settings import load_settings
from serve.version import Release
from tinysight.bundle import MODEL


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    store = ModelStore(load_settings(model=str(make_bundle(tmp_path / "first", version="1", seed=1))))
    store.load()
    return store


def other(tmp_path: Path) -> Release:
    folder = make_bundle(tmp_path / "second", seed=2)
    return check_release(Release(name="colours", version="2", folder=folder)).release


def answered(order: Order, store: ModelStore) -> Answer:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        _do(order, theirs, store)
        return Answer.model_validate_json((Lines(ours).read() or [b""])[0])


def test_a_message_in_pieces_is_read_once_it_is_whole() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        lines = Lines(ours)
        assert lines.read() == []
        theirs.send(b"one\ntw")
        assert lines.read() == [b"one"]
        theirs.send(b"o\nthree\n")
        assert lines.read() == [b"two", b"three"]
        theirs.close()
        assert lines.read() is None
        assert not say(ours, Answer(number=1))


def test_an_order_swaps_the_model_whole_and_is_confirmed(store: ModelStore, tmp_path: Path) -> None:
    before, release = store.current, other(tmp_path)
    state = FollowState(following=True, wanted="2", served="2", swaps=1)
    assert answered(Order(state=state, release=release, number=5), store) == Answer(number=5)
    assert store.current is not None
    assert before is not None
    assert (store.current.release, store.state) == (release, state)
    assert before.release.version == "1"  # a request that holds it ends with it


@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_what_is_not_the_checked_file_is_not_loaded(store: ModelStore, tmp_path: Path, harm: str) -> None:
    before, release = store.current, other(tmp_path)
    model = release.folder / MODEL
    model.write_bytes(model.read_bytes() + b" ") if harm == "changed" else model.unlink()
    answer = answered(Order(state=FollowState(), release=release, number=5), store)
    assert answer.number == 5
    assert "version 2" in (answer.trouble or "")
    assert store.current is before
