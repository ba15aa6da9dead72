"""`python -m serve --check` and its sisters."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from projects import ROOT, free_port
from registries import SPEC, registry_of
from serving import make_bundle, service_environment

from serve.check import unknown_variables
from serve.command import FIELD, obey, variables
from serve.settings import Settings
from tinysight import __version__
from tinysight.bundle import MODEL


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("check") / "bundle", version="7")


def serve(folder: Path, *words: str, **own: str) -> tuple[int, str]:
    environment = service_environment(**{"TINYSIGHT_PORT": str(free_port()), **own})
    command = [sys.executable, "-m", "serve", *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


def judgements(text: str) -> dict[str, str]:
    """What was said of each thing: ok, note or wrong."""
    return {line.split(":")[0].split()[1]: line.split()[0] for line in text.splitlines()}


def test_a_service_that_would_start_is_ok_in_each_thing_and_a_misspelt_variable_is_told(
    bundle: Path, tmp_path: Path
) -> None:
    code, text = serve(
        tmp_path, "--check", TINYSIGHT_MODEL=str(bundle), TINYSIGHT_WORKER="3", TINYSIGHT_CAPTURE_DIR="kept"
    )
    fine = dict.fromkeys(("settings", "port", "captures", "model", "memory"), "ok")
    assert (code, judgements(text)) == (0, fine | {"TINYSIGHT_WORKER": "note"})
    assert "colours version 7 passes its checks" in text


def test_a_registry_is_asked_and_the_cache_stays_as_it_was(bundle: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    with registry_of(bundle) as registry:
        own = {"TINYSIGHT_MODEL": SPEC, "MLFLOW_TRACKING_URI": registry.url, "TINYSIGHT_CACHE_DIR": str(cache)}
        code, text = serve(tmp_path, "--check", **own)
        assert (code, judgements(text)["cache"]) == (0, "ok")
        assert "colours version 1 passes" in text
        assert not [path for path in cache.rglob("*") if path.is_file()]
        registry.stop()
        code, text = serve(tmp_path, "--check", **own)
    assert (code, judgements(text)["model"]) == (1, "wrong")
    assert "does not answer" in text


def test_several_faults_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    own = {"MLFLOW_TRACKING_URI": "http://127.0.0.1:9", "TINYSIGHT_CACHE_DIR": str(file), "TINYSIGHT_HOST": "256.1.1.1"}
    code, text = serve(tmp_path, "--check", TINYSIGHT_MODEL=SPEC, TINYSIGHT_CAPTURE_DIR=str(file), **own)
    wrong = dict.fromkeys(("port", "cache", "captures", "model"), "wrong")
    assert (code, judgements(text)) == (2, {"settings": "ok"} | wrong)


def test_a_model_that_is_not_as_promised_is_told(tmp_path: Path) -> None:
    folder = make_bundle(tmp_path / "bundle")
    (folder / MODEL).write_bytes((folder / MODEL).read_bytes() + b" ")
    code, text = serve(tmp_path, "--check", TINYSIGHT_MODEL=str(folder))
    assert (code, judgements(text)["model"]) == (1, "wrong")
    assert "is not the file of this bundle" in text


def test_a_wrong_setting_ends_it(tmp_path: Path) -> None:
    code, text = serve(tmp_path, "--check", TINYSIGHT_WORKERS="many")
    assert (code, judgements(text)) == (2, {"settings": "wrong"})
    assert "TINYSIGHT_WORKERS" in text


def test_more_workers_than_memory_are_told(bundle: Path, tmp_path: Path) -> None:
    """The limit of the control group is put in its place, since a test may not make one."""
    code = "import sys, serve.check; serve.check.memory_limit = lambda: 60 << 20;sys.exit(serve.check.check())"
    environment = service_environment(TINYSIGHT_PORT="0", TINYSIGHT_MODEL=str(bundle), TINYSIGHT_WORKERS="4")
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert judgements(done.stdout)["memory"] == "wrong"
    assert "the control group has 60" in done.stdout


def test_help_names_every_variable_and_version_the_version(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [name for name, _ in FIELD.findall(Settings.__doc__ or "")] == list(Settings.model_fields)
    code, text = serve(tmp_path, "--help")
    assert (code, variables() in text) == (0, True)
    for word, code in (("--version", 0), ("--no-such-word", 2)):
        with pytest.raises(SystemExit) as ended:
            obey([word])
        assert ended.value.code == code
    assert capsys.readouterr().out == f"{__version__}\n"


def test_no_variable_of_the_readme_is_taken_for_a_slip(monkeypatch: pytest.MonkeyPatch) -> None:
    names = re.findall(r"(?m)^\| `(TINYSIGHT_\w+)`", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(names) > 20
    for name in names:
        monkeypatch.setenv(name, "1")
    assert unknown_variables() == set()
    monkeypatch.setenv("TINYSIGHT_MODLE", "1")
    assert unknown_variables() == {"TINYSIGHT_MODLE"}
