"""What a request's processor time means on a server that is paid for a part of a core."""

import pytest
from evaluated import scores_of

from tinysight.evaluation.small_server import SERVERS, burst_sentences, rate, requests_per_second

PLAIN = scores_of("svm", 0.9).cost
COST = PLAIN.model_copy(update={"decode_ms": 1.2, "cpu_ms": 0.3, "http_ms": 0.5})


def test_a_tenth_of_a_core_answers_a_tenth_of_the_requests():
    assert requests_per_second(COST) == pytest.approx(500)
    assert requests_per_second(COST, 0.1) == pytest.approx(50)
    assert rate(COST, 0.1) == "50"
    assert rate(COST.model_copy(update={"cpu_ms": 998.3}), 0.1) == "0.10"


def test_a_full_store_lasts_longer_than_its_minutes_since_it_is_filled_meanwhile():
    micro, small = SERVERS
    assert micro.burst_minutes == pytest.approx(160)
    assert small.burst_minutes == pytest.approx(360)
    for server in SERVERS:
        assert server.credits == pytest.approx(server.share * 24 * 60)  # a day's worth


def test_the_sentences_split_the_request_and_state_the_assumption():
    text = burst_sentences(COST)
    for words in ("2.0 ms of processor time: 1.2 ms to decode", "0.30 ms in the model, 0.50 ms for HTTP",
                  "10 % of a core answers 50 such", "for 20 % answers 100", "144 and 288 minutes", "t2.micro",
                  "500 a second for 160 and for 360 minutes"):  # fmt: skip
        assert words in text, words


def test_what_nobody_measured_is_not_made_up():
    assert requests_per_second(PLAIN) is None
    assert rate(PLAIN) == "–"
    assert burst_sentences(PLAIN) == ""
