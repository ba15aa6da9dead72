"""A link to a bundle is moved and the service told: it goes over to the other version, or stays with the good one."""

import json
import os
import signal
from pathlib import Path

from registries import all_serve, ready
from serving import PHOTOS, children, eventually, make_bundle, running
from steady_load import SteadyLoad

from tinysight.bundle import MANIFEST, MODEL


def move(link: Path, bundle: Path) -> None:
    """What `ln -sfn` does, in one step."""
    draft = link.with_name("draft")
    draft.symlink_to(bundle)
    os.replace(draft, link)


def test_going_forward_and_back_fails_no_request(tmp_path: Path) -> None:
    bundles = {number: make_bundle(tmp_path / f"bundle-{number}", version=number, seed=int(number)) for number in "12"}
    current = tmp_path / "current"
    move(current, bundles["1"])
    with (
        running(current, tmp_path, TINYSIGHT_WORKERS="2") as service,
        SteadyLoad(service.url, PHOTOS[0].read_bytes(), bundles, clients=4) as load,
    ):
        for number in "21":
            move(current, bundles[number])
            service.process.send_signal(signal.SIGHUP)
            assert eventually(lambda number=number: all_serve(service, number) and load.answered(number))  # type: ignore[misc]
    assert load.wrong == []
    assert {number for _, number in load.seen} == {"1", "2"}


def test_a_link_moved_too_early_or_to_a_damaged_bundle_harms_nobody(tmp_path: Path) -> None:
    """A worker that starts anew still loads the version that was checked, not what the link leads to now."""
    good, bad = (make_bundle(tmp_path / name, version=name, seed=3) for name in ("good", "bad"))
    current = tmp_path / "current"
    move(current, good)
    with running(current, tmp_path, TINYSIGHT_WORKERS="2") as service:
        move(current, bad)
        os.kill(children(service.process.pid)[0], signal.SIGKILL)
        assert eventually(lambda: len(children(service.process.pid)) == 2 and all_serve(service, "good"))
        (bad / MODEL).write_bytes(b"damaged")
        service.process.send_signal(signal.SIGHUP)
        assert eventually(lambda: "is not the file" in str(ready(service)["trouble"]))
        (bad / MANIFEST).write_text("damaged")
        service.process.send_signal(signal.SIGHUP)
        assert eventually(lambda: "bundle.json cannot be read" in str(ready(service)["trouble"]))
        assert str(tmp_path) not in str(ready(service))
        assert str(bad) in service.log.read_text()
        assert all_serve(service, "good")
        assert json.loads(service.ask("GET", "/model")[2])["version"] == "good"
