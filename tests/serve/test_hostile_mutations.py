"""Pictures changed in the ways that break decoders: refused in words or answered, and nothing ends or fails."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.process_tree import proportional_mib
from hostile import decode_mutated, serve_mutated, slope
from mutated import mutated, seed_files
from serving import Running, make_bundle, running

from tinysight.errors import ImageError
from tinysight.imaging import FORMATS, Decoding, decode_with_header


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("hostile")
    with running(make_bundle(folder / "bundle"), folder, TINYSIGHT_WORKERS="2") as service:
        yield service


def test_the_seeds_are_whole_pictures_of_every_allowed_format() -> None:
    formats = {decode_with_header(file, Decoding(16, window=(0, 255)))[1].format for file in seed_files()}
    assert formats == set(FORMATS)


def test_mutations_are_the_same_for_the_same_seed_and_mostly_differ_from_each_other() -> None:
    files = list(mutated(500, seed=3))
    assert files == list(mutated(500, seed=3))
    assert len(set(files)) > 450
    assert not set(files) & set(mutated(500, seed=4)) - set(seed_files())


def test_some_mutations_are_still_pictures_so_that_what_follows_the_header_is_reached() -> None:
    decoded = 0
    for file in mutated(300, seed=5):
        try:
            decode_with_header(file, Decoding(16))
            decoded += 1
        except ImageError:
            continue
    assert 50 < decoded < 200


def test_the_decoder_answers_or_refuses_each_of_2000_mutated_pictures(tmp_path: Path) -> None:
    found = decode_mutated(2000, tmp_path)
    assert (found.crashes, found.bugs) == ([], [])
    assert found.outcomes.total() == 2000
    assert {"decoded", "broken", "unknown_format", "too_large", "unsupported"} <= set(found.outcomes)


def test_a_process_that_ends_is_seen_with_the_number_of_its_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crash = "import os, tinysight.imaging as imaging\ndecode, calls = imaging.decode_image, []\n"
    crash += "def fatal(*words):\n calls.append(1)\n if len(calls) == 7: os.abort()\n return decode(*words)\n"
    (tmp_path / "sitecustomize.py").write_text(crash + "imaging.decode_image = fatal\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = decode_mutated(12, tmp_path)
    assert [number for number, _ in found.crashes] == [6]
    assert "exit code -6" in found.crashes[0][1]


def test_the_service_answers_or_refuses_each_of_400_mutated_pictures(service: Running) -> None:
    before = proportional_mib(service.process.pid)
    served = serve_mutated(service, 400, looks=2)
    assert (served.wrong, served.ended) == ({}, 0)
    assert served.statuses.total() == 400
    assert {200, 415, 422} <= set(served.statuses)
    assert proportional_mib(service.process.pid) < before + 60


def test_the_slope_of_memory_is_what_it_grows_by_in_ten_thousand_after_the_warm_up() -> None:
    grows = [(1000 * n, 50.0 if n < 3 else 60 + 0.2 * n) for n in range(10)]
    assert slope(grows) == pytest.approx(2.0)
