"""How much of what decoding and the model can do is left over HTTP: `python tests/bench/bench_serving.py`.

Rounds of service, one process and as many processes as workers follow one another, so that a machine that
drifts drifts for all of them; medians are compared within one run only.
"""

import io
import itertools
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import sklearn
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from tinysight.bundle import write_bundle
from tinysight.client import Client
from tinysight.contract import Contract
from tinysight.errors import ServiceError

HERE = Path(__file__).parent
PHOTO_BYTES, IMAGE_SIZE, CLASSES = 54_000, 64, 10


def measure(*, workers: int = 2, concurrency: int = 8, seconds: float = 4.0, rounds: int = 3) -> dict[str, Any]:
    """Measures the service and the same work without HTTP, in turns.

    Args:
        workers: processes of the service, and of the larger ceiling.
        concurrency: connections at once.
        seconds: of each measurement.
        rounds: of which the medians are taken.

    Returns:
        Requests/s, p50 and p99 (ms), proportional set size (MiB), pictures/s without HTTP, and the ratios.
    """
    with tempfile.TemporaryDirectory() as folder:
        bundle, photo = Path(folder) / "bundle", Path(folder) / "photo.jpg"
        photo.write_bytes(make_photo())
        model = make_model(Path(folder) / "model.onnx")
        write_bundle(bundle, model, {"photo.jpg": photo.read_bytes()}, name="bench", version="local")
        measured = []
        with service(bundle, workers) as (port, pid):
            for _ in range(rounds):
                served = _load(port, photo, concurrency, seconds)
                one, several = (_ceiling(model, photo, n, seconds / 2) for n in (1, workers))
                measured.append({**served, "one_process": one, "ceiling": several})
            memory = proportional_mib(pid)
    figures = {key: statistics.median(round_[key] for round_ in measured) for key in measured[0]}
    figures |= {"errors": sum(round_["errors"] for round_ in measured), "pss_mib": round(memory, 1)}
    figures |= {f"of_{key}": round(figures["requests_per_s"] / figures[key], 3) for key in ("one_process", "ceiling")}
    return {"workers": workers, "concurrency": concurrency, "rounds": rounds, **figures}


def make_photo() -> bytes:
    """A photo of 640 × 427 pixels as a JPEG of about 54 KB."""
    photo = Image.open(Path(sklearn.__file__).parent / "datasets" / "images" / "china.jpg")
    for quality in range(90, 10, -5):
        file = io.BytesIO()
        photo.save(file, "JPEG", quality=quality)
        if file.tell() <= PHOTO_BYTES:
            break
    return file.getvalue()


def make_model(path: Path) -> Path:
    """A network of four convolutions and about 60 thousand parameters, with drawn weights, at 64 × 64 pixels."""
    random = np.random.default_rng(0)
    constants, nodes = [], [helper.make_node("Cast", ["image"], ["counts"], to=TensorProto.FLOAT)]

    def constant(name: str, *shape: int) -> str:
        values: NDArray[np.float64] = random.normal(size=shape) / np.sqrt(np.prod(shape[1:]))
        constants.append(numpy_helper.from_array(values.astype(np.float32), name))
        return name

    nodes.append(helper.make_node("Transpose", ["counts"], ["x0"], perm=[0, 3, 1, 2]))  # (N, 3, 64, 64)
    widths = (3, 16, 32, 64, 64)
    for layer, (before, after) in enumerate(itertools.pairwise(widths)):
        weights = constant(f"w{layer}", after, before, 3, 3)
        options = {"strides": [2, 2] if layer else [1, 1], "pads": [1, 1, 1, 1]}
        nodes.append(helper.make_node("Conv", [f"x{layer}", weights], [f"y{layer}"], **options))
        nodes.append(helper.make_node("Relu", [f"y{layer}"], [f"x{layer + 1}"]))
    nodes += [
        helper.make_node("GlobalAveragePool", ["x4"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["features"]),  # (N, 64)
        helper.make_node("MatMul", ["features", constant("dense", 64, CLASSES)], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"]),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, ["N", IMAGE_SIZE, IMAGE_SIZE, 3])
    answer = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", CLASSES])
    graph = helper.make_graph(nodes, "bench", [image], [answer], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, _contract().to_metadata())
    onnx.save(model, path)
    return path


@contextmanager
def service(bundle: Path, workers: int):  # type: ignore[no-untyped-def]
    """`python -m serve` on a free port until the block ends; gives the port and the process id."""
    port = _free_port()
    own = {"TINYSIGHT_MODEL": str(bundle), "TINYSIGHT_PORT": str(port), "TINYSIGHT_WORKERS": str(workers)}
    process = subprocess.Popen([sys.executable, "-m", "serve"], env={**os.environ, **own}, stdout=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                Client(f"http://127.0.0.1:{port}").model()
                break
            except ServiceError:
                time.sleep(0.05)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(20)


def proportional_mib(pid: int) -> float:
    """Proportional set size of a process and its children, in MiB."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    texts = [Path(f"/proc/{p}/smaps_rollup").read_text() for p in (str(pid), *children)]
    return sum(int(found[1]) for text in texts if (found := re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE))) / 1024


def _contract() -> Contract:
    return Contract(
        class_names=tuple(f"class {n}" for n in range(CLASSES)),
        image_size=IMAGE_SIZE,
        fit="pad",
        background=(0, 0, 0),
        window=None,
        temperature=1.0,
        unknown_threshold=0.5,
        dataset_digest="",
        params_digest="",
    )


def _free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _load(port: int, photo: Path, concurrency: int, seconds: float) -> dict[str, float]:
    words = [sys.executable, HERE / "http_load.py", f"127.0.0.1:{port}", photo, concurrency, seconds]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def _ceiling(model: Path, photo: Path, count: int, seconds: float) -> float:
    """Pictures/s decoded and classified by some processes that do nothing else."""
    words = [sys.executable, str(HERE / "ceiling.py"), str(model), str(photo), str(seconds)]
    processes = [
        subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(count)
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    return round(sum(float(process.communicate()[0]) for process in processes), 1)


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
