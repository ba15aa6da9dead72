"""Fashion-MNIST is found where people have it, or fetched once, and never half."""

import gzip
import hashlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tinysight.data.sources import fashion_mnist
from tinysight.data.sources.download import download
from tinysight.data.sources.source import SourceFile, list_source
from tinysight.errors import DataError
from tinysight.imaging import Decoding, decode_image
from tinysight.params import FashionMnistParams

COUNTS = {"train": 6, "t10k": 4}


def dataset(files: str | None) -> FashionMnistParams:
    return FashionMnistParams(
        kind="fashion_mnist",
        name="f",
        path="x",
        image_size=28,
        leaks="leave_out",
        fit="pad",
        background=(0, 0, 0),
        window=None,
        files=files,
    )


def contents() -> dict[str, bytes]:
    """Four small IDX files by name."""
    random, found = np.random.default_rng(0), {}
    for part, count in COUNTS.items():
        images = random.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        head = b"".join(n.to_bytes(4, "big") for n in images.shape)
        found[f"{part}-images-idx3-ubyte"] = b"\x00\x00\x08\x03" + head + images.tobytes()
        found[f"{part}-labels-idx1-ubyte"] = b"\x00\x00\x08\x01" + head[:4] + bytes(range(count))
    return found


def write_files(folder: Path, *, packed: bool = False) -> Path:
    folder.mkdir(parents=True)
    for name, content in contents().items():
        if packed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (folder / name).write_bytes(content)
    return folder


def check_files(files: list[SourceFile]) -> None:
    assert [file.path for file in files] == [
        *(f"t10k/{row:05d}.png" for row in range(4)),
        *(f"train/{row:05d}.png" for row in range(6)),
    ]
    assert [file.class_name for file in files[:2]] == ["T-shirt/top", "Trouser"]
    assert [file.split for file in files] == ["test"] * 4 + [""] * 6
    expected = np.frombuffer(contents()["train-images-idx3-ubyte"], np.uint8, offset=16).reshape(-1, 28, 28)
    assert np.array_equal(decode_image(files[4].read(), Decoding(28))[..., 0], expected[0])


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A work tree on a machine that has the files nowhere."""
    monkeypatch.setattr(fashion_mnist, "DEBIAN", tmp_path / "debian")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in contents().items()}
    monkeypatch.setattr(fashion_mnist, "DIGESTS", digests)
    return tmp_path


class Server(http.server.ThreadingHTTPServer):
    """Serves files by name and remembers what was asked for."""

    files: dict[str, bytes]
    asked: list[str]
    cut: bool = False


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        name = self.path.rsplit("/", 1)[-1]
        self.server.asked.append(name)
        content = self.server.files.get(name)
        self.send_response(404 if content is None else 200)
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write((content or b"")[: -5 if self.server.cut else None])

    def log_message(self, *words: object) -> None:
        """Tests are quiet."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    serving = Server(("127.0.0.1", 0), Handler)
    serving.files = {f"{name}.gz": gzip.compress(content) for name, content in contents().items()}
    serving.asked = []
    monkeypatch.setattr(fashion_mnist, "URL", f"http://127.0.0.1:{serving.server_port}/")
    thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield serving
    serving.shutdown()
    thread.join()
    serving.server_close()


@pytest.mark.parametrize("packed", [False, True])
def test_a_named_folder_is_read_plain_or_gzipped(packed: bool, tmp_path: Path) -> None:
    folder = write_files(tmp_path / "files", packed=packed)
    check_files(list_source(dataset(str(folder)), tmp_path).files)
    check_files(list_source(dataset("files"), tmp_path).files)


@pytest.mark.parametrize("place", ["debian", "keras/datasets/fashion-mnist", ".tinysight/cache/fashion-mnist"])
def test_the_usual_places_are_tried(place: str, nowhere: Path) -> None:
    write_files(nowhere / place, packed=True)
    check_files(list_source(dataset(None), nowhere).files)


def test_files_that_are_nowhere_are_downloaded_once(nowhere: Path, server: Server) -> None:
    check_files(list_source(dataset(None), nowhere).files)
    check_files(list_source(dataset(None), nowhere).files)
    assert sorted(server.asked) == sorted(server.files)
    cache = nowhere / ".tinysight" / "cache" / "fashion-mnist"
    assert sorted(path.name for path in cache.iterdir()) == sorted(server.files)


def test_a_download_with_another_content_is_refused_and_not_kept(nowhere: Path, server: Server) -> None:
    server.files["train-labels-idx1-ubyte.gz"] = gzip.compress(b"something else")
    with pytest.raises(DataError, match=r"train-labels.*sha256 .* is expected"):
        list_source(dataset(None), nowhere)
    left = [path.name for path in (nowhere / ".tinysight" / "cache" / "fashion-mnist").iterdir()]
    assert left == ["train-images-idx3-ubyte.gz"]


def test_a_download_that_is_cut_short_is_tried_again_then_refused(nowhere: Path, server: Server) -> None:
    server.cut = True
    with pytest.raises(DataError, match=r"cannot be downloaded.*Check the network"):
        list_source(dataset(None), nowhere)
    assert server.asked == ["train-images-idx3-ubyte.gz"] * 3
    assert not list((nowhere / ".tinysight" / "cache" / "fashion-mnist").iterdir())


def test_a_missing_address_is_one_clear_error(nowhere: Path, server: Server) -> None:
    server.files.clear()
    with pytest.raises(DataError, match="404"):
        list_source(dataset(None), nowhere)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "file:///etc/hostname", "nonsense"])
def test_only_http_is_fetched(url: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="only http"):
        download(url, tmp_path / "x", lambda path: None)


def test_a_named_folder_without_all_files_says_which_are_missing(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "files")
    (folder / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(DataError, match=r"lacks t10k-labels-idx1-ubyte"):
        list_source(dataset("files"), tmp_path)


def test_pictures_and_labels_that_do_not_match_are_refused(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "files")
    (folder / "t10k-labels-idx1-ubyte").write_bytes((folder / "train-labels-idx1-ubyte").read_bytes())
    with pytest.raises(DataError, match="the t10k files must hold N pictures and N labels"):
        list_source(dataset("files"), tmp_path)
