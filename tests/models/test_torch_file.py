"""Tensors come out of torch files as they went in, and nothing else does."""

import pickle
import struct
from collections import OrderedDict

import numpy as np
import pytest

from tinysight.errors import ModelError
from tinysight.models.imagenet_weights import weights_file
from tinysight.models.torch_file import MAGIC, read_tensors


class _Named:
    """Pickles as a call of a global of any name, as torch's own objects do."""

    def __init__(self, name, *arguments):
        self.name, self.arguments = name, arguments


class _Pickler(pickle._Pickler):
    """Writes names of modules that need not be installed."""

    def persistent_id(self, value):
        return value if isinstance(value, tuple) and value[:1] == ("storage",) else None

    def save(self, value, save_persistent_id=True):
        if isinstance(value, _Named):
            module, name = value.name.rsplit(".", 1)
            self.write(f"c{module}\n{name}\n".encode())
            if value.arguments:
                super().save(value.arguments)
                self.write(pickle.REDUCE)
            return
        super().save(value, save_persistent_id)


def _dump(file, value):
    _Pickler(file, 2).dump(value)


def _write(path, views, blocks, magic=MAGIC):
    with path.open("wb") as file:
        for value in (magic, 1001, {"little_endian": True}, views, list(blocks)):
            _dump(file, value)
        for block in blocks.values():
            file.write(struct.pack("<q", len(block)) + block.tobytes())
    return path


def _view(key, offset, shape, strides, kind="torch.FloatStorage"):
    storage = ("storage", _Named(kind), key, "cpu", 6, None)
    return _Named("torch._utils._rebuild_tensor_v2", storage, offset, shape, strides, False, OrderedDict())


SIX = np.arange(6, dtype="<f4")


def test_tensors_are_read_with_their_offsets_and_strides(tmp_path):
    views = OrderedDict(
        rows=_view("a", 0, (2, 3), (3, 1)), columns=_view("a", 0, (3, 2), (1, 3)), last=_view("a", 5, (), ()),
        counts=_view("b", 1, (2,), (1,), "torch.LongStorage"),
    )  # fmt: skip
    tensors = read_tensors(_write(tmp_path / "w.pth", views, {"a": SIX, "b": np.arange(3, dtype="<i8")}))
    assert tensors["rows"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert tensors["columns"].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert tensors["last"] == 5
    assert tensors["counts"].tolist() == [1, 2]


@pytest.mark.parametrize("name", ["os.system", "builtins.eval", "torch._utils._rebuild_parameter", "subprocess.Popen"])
def test_a_file_that_asks_to_run_something_is_refused_and_nothing_runs(tmp_path, name, monkeypatch):
    monkeypatch.chdir(tmp_path)
    hostile = _write(tmp_path / "w.pth", OrderedDict(w=_Named(name, "touch ran")), {})
    with pytest.raises(ModelError, match=rf"names {name}"):
        read_tensors(hostile)
    assert list(tmp_path.iterdir()) == [hostile]


@pytest.mark.parametrize("view", [
    _view("a", 0, (2, 4), (4, 1)), _view("a", 6, (1,), (1,)), _view("a", -1, (2,), (1,)), _view("a", 5, (2,), (-1,)),
    _view("a", 0, (1 << 40,), (1,)), _view("missing", 0, (1,), (1,)),
])  # fmt: skip
def test_a_tensor_outside_of_its_block_is_refused(tmp_path, view):
    with pytest.raises(ModelError, match="Install it again"):
        read_tensors(_write(tmp_path / "w.pth", OrderedDict(w=view), {"a": SIX}))


def test_another_file_and_one_cut_short_are_refused(tmp_path):
    views = OrderedDict(w=_view("a", 0, (6,), (1,)))
    with pytest.raises(ModelError, match="old format"):
        read_tensors(_write(tmp_path / "w.pth", views, {"a": SIX}, magic=7))
    path = _write(tmp_path / "w.pth", views, {"a": SIX})
    for length in (0, 10, path.stat().st_size // 2, path.stat().st_size - 1):
        (tmp_path / "short.pth").write_bytes(path.read_bytes()[:length])
        with pytest.raises(ModelError, match="holds no readable weights"):
            read_tensors(tmp_path / "short.pth")
    with pytest.raises(ModelError, match="holds no readable weights"):
        read_tensors(tmp_path / "missing.pth")


def test_the_weights_that_the_package_brings_are_read_whole():
    tensors = read_tensors(weights_file())
    assert len(tensors) == 296
    assert tensors["_conv_stem.weight"].shape == (32, 3, 3, 3)
    assert tensors["_fc.weight"].shape == (1000, 1280)
    assert all(np.isfinite(tensor).all() for tensor in tensors.values())
