"""The Kubernetes manifests: probes, limits, no rights, and settings that exist; their schema in the slow tier."""

import subprocess
import sys
from typing import Any

import pytest
import yaml
from deployed import VARIABLES
from projects import ROOT

from serve.ending import STOP_LIMIT

FILE = ROOT / "serve" / "deploy" / "kubernetes.yaml"
DEPLOYMENT, SERVICE = yaml.safe_load_all(FILE.read_text())
POD: dict[str, Any] = DEPLOYMENT["spec"]["template"]["spec"]
CONTAINER: dict[str, Any] = POD["containers"][0]
VALIDATOR = "kubernetes-validate==1.37.0"  # 108 MB of schemas, so no dependency of this project


def test_the_service_finds_the_pods_and_their_port() -> None:
    labels = DEPLOYMENT["spec"]["template"]["metadata"]["labels"]
    assert SERVICE["spec"]["selector"] == DEPLOYMENT["spec"]["selector"]["matchLabels"] == labels
    assert SERVICE["spec"]["ports"][0]["targetPort"] == CONTAINER["ports"][0]["name"]
    assert f"EXPOSE {CONTAINER['ports'][0]['containerPort']}\n" in (ROOT / "serve" / "Dockerfile").read_text()


def test_a_pod_without_a_model_gets_no_requests_and_is_not_killed_for_it() -> None:
    assert CONTAINER["readinessProbe"]["httpGet"]["path"] == CONTAINER["startupProbe"]["httpGet"]["path"] == "/readyz"
    assert CONTAINER["livenessProbe"]["httpGet"]["path"] == "/healthz"


def test_it_has_no_rights() -> None:
    assert (POD["securityContext"]["runAsNonRoot"], POD["securityContext"]["runAsUser"]) == (True, 10001)
    assert POD["automountServiceAccountToken"] is False
    own = CONTAINER["securityContext"]
    assert (own["readOnlyRootFilesystem"], own["allowPrivilegeEscalation"]) == (True, False)
    assert own["capabilities"] == {"drop": ["ALL"]}


def test_its_memory_is_limited_and_its_settings_exist() -> None:
    assert CONTAINER["resources"]["limits"] == {"memory": "256Mi"}
    environment = {entry["name"]: entry["value"] for entry in CONTAINER["env"]}
    assert set(environment) <= VARIABLES
    assert POD["terminationGracePeriodSeconds"] > STOP_LIMIT + float(environment["TINYSIGHT_DRAIN_SECONDS"])


@pytest.mark.slow
def test_kubernetes_schema_allows_it() -> None:
    words = [
        sys.executable,
        "-m",
        "uv",
        "tool",
        "run",
        "--from",
        VALIDATOR,
        "kubernetes-validate",
        "--strict",
        str(FILE),
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (done.stdout + done.stderr).count(" passed for resource ") == 2
