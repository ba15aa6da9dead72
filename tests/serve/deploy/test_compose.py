"""The compose file: a small, read-only container without rights, on this machine's own address."""

import re

import yaml
from deployed import VARIABLES
from projects import ROOT

from serve.ending import STOP_LIMIT

FILE = ROOT / "serve" / "deploy" / "compose.yaml"
SERVICE = yaml.safe_load(FILE.read_text())["services"]["tinysight"]
DOCKERFILE = (ROOT / "serve" / "Dockerfile").read_text()


def test_it_is_built_from_the_dockerfile_of_this_repository() -> None:
    context = (FILE.parent / SERVICE["build"]["context"]).resolve()
    assert context == ROOT
    assert (context / SERVICE["build"]["dockerfile"]).is_file()


def test_it_has_no_rights_and_writes_nothing_but_its_cache() -> None:
    assert SERVICE["read_only"] is True
    assert SERVICE["cap_drop"] == ["ALL"]
    assert SERVICE["security_opt"] == ["no-new-privileges:true"]
    writable = [volume for volume in SERVICE["volumes"] if not volume.endswith(":ro")]
    assert writable == ["cache:/var/cache/tinysight"]
    assert "TINYSIGHT_CACHE_DIR=/var/cache/tinysight" in DOCKERFILE


def test_its_memory_is_limited_without_swap() -> None:
    assert SERVICE["mem_limit"] == SERVICE["memswap_limit"] == "256m"


def test_only_this_machine_reaches_it() -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICE["ports"])


def test_its_settings_exist_and_its_health_check_is_the_images() -> None:
    assert set(SERVICE["environment"]) <= VARIABLES
    in_image = re.search(r"HEALTHCHECK .*CMD (\[.*\])", DOCKERFILE)
    assert in_image is not None
    assert SERVICE["healthcheck"]["test"] == ["CMD", *yaml.safe_load(in_image[1])]


def test_it_may_take_as_long_to_stop_as_the_service_does() -> None:
    assert int(SERVICE["stop_grace_period"].removesuffix("s")) > STOP_LIMIT
