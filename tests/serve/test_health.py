"""What /readyz tells anybody: what is wrong, and nothing of where it lies on the machine."""

import pytest

from serve.routes.health import without_folders


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("/srv/models/3/bundle.json cannot be read: oops.", "bundle.json cannot be read: oops."),
        ("Received: '/srv/models/current'.", "Received: 'current'."),
        ('No such file: "~/models/3/a.onnx", ../b/c.onnx', 'No such file: "a.onnx", c.onnx'),
        ("sqlite:////srv/mlflow/mlflow.db is locked; sqlite:///mine.db", "the database is locked; the database"),
        ("The registry at http://mlflow:5000/api does not answer.",) * 2,
        ("models:/washers@production cannot be pulled, 1/2 and/or a / b.",) * 2,
        ("/srv/my models/3/bundle.json cannot be read.", "bundle.json cannot be read."),
        ("/var/a cache/ab12/washers/3/model.onnx is damaged.", "model.onnx is damaged."),
    ],
)
def test_no_folder_is_told(words: str, told: str) -> None:
    assert without_folders(words, "/srv/my models/3", "/var/a cache") == told


def test_a_relative_model_is_no_folder_that_is_known() -> None:
    assert without_folders("bundle/3 is what was asked for", "bundle") == "bundle/3 is what was asked for"
