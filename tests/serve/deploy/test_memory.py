"""What one and two workers hold, with the process that follows a registry, after requests of all kinds."""

from pathlib import Path

import pytest
from bench.process_tree import proportional_mib
from mixed_requests import mixed_requests, send
from registries import following, registry_of
from serving import make_bundle

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("workers", "most"), [("1", 120.0), ("2", 190.0)])
def test_a_service_that_follows_a_registry_stays_small(tmp_path: Path, workers: str, most: float) -> None:
    """The soak asks 200,000 times; this finds what makes it larger from the start."""
    bundle = make_bundle(tmp_path / "bundle")
    with registry_of(bundle) as registry, following(registry, tmp_path, TINYSIGHT_WORKERS=workers) as service:
        statuses = send(service.url, mixed_requests("127.0.0.1", large=0), 1000)
        held = proportional_mib(service.process.pid)
    assert max(statuses) < 500
    assert held <= most
