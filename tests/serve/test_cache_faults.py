"""A cache that cannot be written, under a running service and at its start."""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registries import all_serve, following, ready, registry_of
from serving import PHOTOS, eventually, make_bundle
from steady_load import SteadyLoad

from tinysight.bundle import MODEL

PHOTO = PHOTOS[0].read_bytes()


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nobody can write there until the block ends; for root, whom permissions don't stop, by a mount."""
    if os.geteuid() != 0:
        folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
        for path in folders:
            path.chmod(0o555)
        yield
        for path in folders:
            path.chmod(0o755)
        return
    for words in (["mount", "--bind", folder, folder], ["mount", "-o", "remount,bind,ro", folder]):
        subprocess.run(words, check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_a_read_only_cache_keeps_what_it_has_in_service(tmp_path: Path) -> None:
    """While it runs and at a start; and when it can be written again, the service catches up."""
    bundles = {number: make_bundle(tmp_path / number, seed=int(number)) for number in "12"}
    (tmp_path / "cache").mkdir()
    with registry_of(bundles["1"]) as registry:
        registry.bundles = bundles
        with following(registry, tmp_path):
            pass
        with read_only(tmp_path / "cache"), following(registry, tmp_path) as service:
            assert eventually(lambda: ready(service)["trouble"] is None)
            with SteadyLoad(service.url, PHOTO, bundles, clients=2) as load:
                registry.version = "2"
                assert eventually(lambda: "cannot be written" in (ready(service)["trouble"] or ""))
                assert (ready(service)["model_version"], ready(service)["wanted_version"]) == ("1", "2")
        with read_only(tmp_path / "cache"), following(registry, tmp_path) as service:
            assert ready(service)["model_version"] == "1"
            assert eventually(lambda: "cannot be written" in (ready(service)["trouble"] or ""))
        with following(registry, tmp_path) as service:
            assert all_serve(service, "2")
    assert load.wrong == []


def test_a_full_disk_keeps_what_it_has_in_service(tmp_path: Path) -> None:
    """And nothing half written is left; once there is room the new version is served."""
    bundles = {number: make_bundle(tmp_path / number, seed=int(number)) for number in "12"}
    bundles["2"] = make_bundle(tmp_path / "large", image_size=64)  # more bytes than the limit below
    limit = (bundles["2"] / MODEL).stat().st_size - 1
    with registry_of(bundles["1"]) as registry:
        registry.bundles = bundles
        with following(registry, tmp_path) as service, SteadyLoad(service.url, PHOTO, bundles, clients=2) as load:
            resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            registry.version = "2"
            assert eventually(lambda: "cannot be written" in (ready(service)["trouble"] or ""))
            assert not list((tmp_path / "cache").rglob("*.part"))
            unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, unlimited)
            assert eventually(lambda: all_serve(service, "2"))
    assert load.wrong == []
    assert "Traceback" not in service.log.read_text()
