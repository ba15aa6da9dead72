"""How often one may ask, counted over all workers together."""

import os
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serve import buckets
from serve.buckets import Buckets, asker_of, parse_rate


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


@pytest.mark.parametrize(
    ("rate", "expected"),
    [("60", (60, 60)), ("60/minute", (60, 60)), ("5/second", (5, 1)), (" 1000/HOUR ", (1000, 3600))],
)
def test_a_rate_is_a_number_in_a_time(rate: str, expected: tuple[int, int]) -> None:
    assert parse_rate(rate) == expected


@pytest.mark.parametrize("rate", ["", "0", "-1", "5/day", "5 a minute", "1.5", "/minute", "9999999999"])
def test_other_rates_are_refused(rate: str) -> None:
    with pytest.raises(ValueError, match="60/minute"):
        parse_rate(rate)


def test_all_of_a_rate_may_come_at_once_and_then_as_it_fills_again(clock: list[float]) -> None:
    limit = Buckets("60/minute")
    assert [limit.spend("a") for _ in range(60)] == [0.0] * 60
    assert limit.spend("a") == pytest.approx(1.0)
    clock[0] += 1.0
    assert limit.spend("a") == 0.0
    assert limit.spend("a") == pytest.approx(1.0)
    assert limit.spend("b") == 0.0  # another's bucket is full
    clock[0] += 3600.0
    assert [limit.spend("a") for _ in range(60)] == [0.0] * 60  # and no fuller than full
    assert limit.spend("a") > 0


def test_a_refused_request_costs_nothing_and_a_large_one_costs_more(clock: list[float]) -> None:
    limit = Buckets("10/second")
    assert limit.spend("a", 8) == 0.0
    assert limit.spend("a", 8) == pytest.approx(0.6)
    assert limit.spend("a", 2) == 0.0
    clock[0] += 1.0
    assert limit.spend("a", 500) == 0.0  # one that is larger than any bucket takes a whole one
    assert limit.spend("a", 1) > 0


@given(st.lists(st.tuples(st.floats(0, 2), st.integers(1, 12)), max_size=60))
@settings(deadline=None, max_examples=60)
def test_no_one_gets_more_than_a_bucket_and_what_filled_it(asked: list[tuple[float, int]]) -> None:
    now, limit, got = [5.0], Buckets("10/second"), 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "monotonic", lambda: now[0])
        for pause, tokens in asked:
            now[0] += pause
            got += 0 if limit.spend("a", tokens) else min(tokens, 10)
            assert got <= 10 + 10 * (now[0] - 5.0) + 1e-6


def test_a_thousand_addresses_more_than_there_is_room_for_take_no_more_memory() -> None:
    """The table forgets those who have spent least."""
    limit = Buckets("2/minute")
    for number in range(buckets.CELLS + 1000):
        assert limit.spend(f"10.{number}") == 0.0
    assert limit.spend("new") == limit.spend("new") == 0.0
    assert limit.spend("new") > 0


def test_workers_count_together_and_none_is_lost() -> None:
    """Four forked processes ask at the same time; exactly as many get through as may."""
    limit = Buckets("500/hour")
    read, write = os.pipe()
    children = []
    for _ in range(4):
        if (pid := os.fork()) == 0:
            passed = sum(limit.spend("a") == 0.0 for _ in range(1000))
            os.write(write, f"{passed}\n".encode())
            os._exit(0)
        children.append(pid)
    for pid in children:
        os.waitpid(pid, 0)
    os.close(write)
    with os.fdopen(read) as answers:
        passed = [int(line) for line in answers]
    assert len(passed) == 4
    assert sum(passed) in (500, 501)  # one comes back after 7.2 s


@pytest.mark.parametrize(
    ("address", "asker"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80000000000000::/64"),
        ("no address", "no address"),
        ("", ""),
    ],
)
def test_an_asker_is_an_address(address: str, asker: str) -> None:
    assert asker_of(address) == asker


def test_the_addresses_of_one_ipv6_customer_are_one_asker() -> None:
    assert asker_of("2001:db8::1") == asker_of("2001:db8::ffff:1") != asker_of("2001:db8:0:1::1")
