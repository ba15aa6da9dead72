"""The image is built, and runs read-only, without rights, answering and healthy; nothing in it but what that needs."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from containers import Image, build, files_of
from onnx_models import solid_png
from projects import free_port
from serving import RGB, Running, make_bundle, wait_until_ready

from tinysight.client import Client

MOST_BYTES = 160_000_000  # beside the image that it starts from

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def image() -> Image:
    return build()


@pytest.fixture(scope="module")
def root(image: Image) -> Iterator[Path | None]:
    with files_of(image) as root:
        yield root


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    folder.chmod(0o755)
    make_bundle(folder / "bundle", version="7")
    return folder


def inside(image: Image, root: Path | None, models: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(image.command(words, root, models), capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def service(
    image: Image, root: Path | None, models: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """The image's own command with a bundle, listening on this machine only."""
    port, log = free_port(), tmp_path_factory.mktemp("log") / "service.log"
    own = {"TINYSIGHT_MODEL": "/models/bundle", "TINYSIGHT_HOST": "127.0.0.1", "TINYSIGHT_PORT": str(port)}
    with log.open("wb") as file:
        words = image.command(image.config["Cmd"], root, models, **own)
        process = subprocess.Popen(words, stdout=file, stderr=subprocess.STDOUT)
    running = Running(f"http://127.0.0.1:{port}", process, log)
    try:
        wait_until_ready(running)
        yield running
    finally:
        process.terminate()
        process.wait(70)


def test_it_answers_with_the_bundles_version(service: Running) -> None:
    answer = Client(service.url).predict(solid_png(RGB["green"]))
    assert (answer.best_class, answer.model_version) == ("green", "7")
    assert service.ask("GET", "/")[0] == 200


def test_its_health_check_tells_ready_from_not_ready(
    image: Image, root: Path | None, models: Path, service: Running
) -> None:
    kind, *words = image.config["Healthcheck"]["Test"]
    assert kind == "CMD"
    port = service.url.rpartition(":")[2]
    for number, code in ((port, 0), (str(free_port()), 1)):
        check = image.command(words, root, models, TINYSIGHT_PORT=number)
        assert subprocess.run(check, capture_output=True, check=False).returncode == code


def test_it_runs_as_nobody_on_files_that_cannot_be_changed(image: Image, root: Path | None, models: Path) -> None:
    assert image.config["User"] == "10001:10001"
    code = (
        "import json, os, pathlib\n"
        "def can(path):\n"
        "    try: pathlib.Path(path, 'x').write_text('x')\n"
        "    except OSError: return False\n"
        "    return True\n"
        "status = pathlib.Path('/proc/self/status').read_text()\n"
        "rights = [line.split()[1] for line in status.splitlines() if line.startswith('CapEff')][0]\n"
        "places = ['/', '/tmp', '/opt/tinysight/app/serve', '/models', '/var/cache/tinysight']\n"
        "print(json.dumps([os.getuid(), int(rights, 16), [place for place in places if can(place)]]))"
    )
    done = inside(image, root, models, "python", "-c", code)
    assert json.loads(done.stdout) == [10001, 0, ["/var/cache/tinysight"]], done.stderr


def test_it_holds_nothing_that_a_prediction_does_not_need(image: Image, root: Path | None, models: Path) -> None:
    names = ["gcc", "cc", "make", "git"]
    code = (
        "import importlib.util as i, shutil; "
        f"print([n for n in {names} if shutil.which(n)] + "
        "[n for n in ('tensorflow', 'keras', 'mlflow', 'dvc', 'sklearn', 'pip', 'setuptools') if i.find_spec(n)])"
    )
    assert inside(image, root, models, "python", "-c", code).stdout.strip() == "[]"
    assert image.bytes <= MOST_BYTES, f"{image.bytes / 1e6:.0f} MB"


def test_it_starts_without_compiling_anything(image: Image, root: Path | None, models: Path) -> None:
    """Bytecode of what a start loads is in the image, since it cannot be written there."""
    code = (
        "import sys, os; import serve.__main__, serve.answering;"
        "own = [m for m in [*sys.modules.values()] if (getattr(m, '__file__', '') or '').startswith('/opt/tinysight')];"
        "print([m.__name__ for m in own if m.__file__.endswith('.py') and not os.path.exists(m.__cached__)])"
    )
    assert inside(image, root, models, "python", "-c", code).stdout.strip() == "[]"


def test_it_stops_when_told(image: Image, root: Path | None, models: Path, tmp_path: Path) -> None:
    """As process 1 or not: SIGTERM ends it well and soon."""
    own = {"TINYSIGHT_MODEL": "/models/bundle", "TINYSIGHT_HOST": "127.0.0.1", "TINYSIGHT_PORT": str(free_port())}
    with (tmp_path / "log").open("wb") as log:
        words = image.command(image.config["Cmd"], root, models, **own)
        process = subprocess.Popen(words, stdout=log, stderr=subprocess.STDOUT)
    wait_until_ready(Running(f"http://127.0.0.1:{own['TINYSIGHT_PORT']}", process, tmp_path / "log"))
    began = time.monotonic()
    process.terminate()
    assert process.wait(20) == 0
    assert time.monotonic() - began < 10
