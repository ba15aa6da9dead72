"""The Keras model, the service and the command line give the same answer for the same file."""

import json
from pathlib import Path

import numpy as np
import pytest
from pipelines import keep_models, served, shorten, verdict
from projects import make_project, project_environment, run_in

pytestmark = pytest.mark.slow

KERAS = """
import sys, json, numpy as np
import tinysight.models  # starts nothing, but knows our layers
from pathlib import Path
from tinysight.data.imageset import ImageSet
from tinysight.data.splits import Split
from tinysight.models.distance import fit_distance, sample_places, with_features
from tinysight.models.networks import logits_of, predict_logits
from tinysight.models.saved import load_model
from tinysight.models.training_data import gather
from tinysight.paths import Paths

project, candidate, pictures, answers = sys.argv[1:]
paths = Paths(Path(project))
names = tuple(json.loads((paths.dataset / "dataset.json").read_text())["class_names"])
data = gather(ImageSet.open(paths.dataset), Split.open(paths.split), ImageSet.open(paths.augmented), names)
model = with_features(load_model(paths.train(candidate)))
places = sample_places(data)
known = logits_of(model, data.images(places))
distance = fit_distance(known, data.train_labels[places], predict_logits(model, data), len(names))
temperature = json.loads((paths.export(candidate) / "export.json").read_text())["temperature"]
outputs = model.predict(np.load(pictures), verbose=0)
logits = outputs[:, :len(names)] / (temperature * distance.factors(outputs)[:, None])
exponents = np.exp(logits - logits.max(1, keepdims=True))
np.save(answers, exponents / exponents.sum(1, keepdims=True))
"""


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default data set with two rungs; the network's float file is the one that is released."""
    project = make_project(tmp_path_factory.mktemp("digits") / "project")
    shorten(project, epochs=2)
    export = project / "conf" / "export" / "default.yaml"
    export.write_text(export.read_text().replace("int8: true", "int8: false"))
    keep_models(project, "majority", "small_cnn")
    run_in(project, "dvc", "repro")
    return project


def test_200_test_images_over_http_equal_keras_and_the_command_line(digits: Path, tmp_path: Path) -> None:
    """From file bytes over HTTP to 1e-4 of the Keras model, and exactly `tinysight predict`."""
    from tinysight.config import load_params
    from tinysight.data.imageset import read_samples
    from tinysight.data.sources import open_source

    assert verdict(digits)["chosen"] == "small_cnn"
    samples = read_samples(digits / "data" / "dataset" / "samples.csv")
    rows = np.load(digits / "data" / "split" / "test.npy")[:200].tolist()
    source = open_source(load_params(digits / "params.yaml").dataset, digits)
    files = []
    for row in rows:
        files.append(tmp_path / f"{row}.png")
        files[-1].write_bytes(source[samples[row].path].read())

    with served(digits, "digits") as client:
        answers = [client.predict(file) for file in files]
    names = json.loads((digits / "data" / "dataset" / "dataset.json").read_text())["class_names"]
    http = np.array([[a.probabilities[name] for name in names] for a in answers])

    np.save(tmp_path / "images.npy", np.load(digits / "data" / "dataset" / "pixels.npy")[rows])
    (tmp_path / "keras_answers.py").write_text(KERAS)
    run_in(tmp_path, "python", "keras_answers.py", str(digits), "small_cnn", "images.npy", "keras.npy")
    assert np.abs(http - np.load(tmp_path / "keras.npy")).max() <= 1e-4

    printed = run_in(digits, "tinysight", "predict", *map(str, files)).stdout.splitlines()
    for answer, line in zip(answers, printed, strict=True):
        told = json.loads(line)
        assert told["probabilities"] == answer.probabilities
        assert (told["class"], told["unknown"], told["best_class"]) == (
            answer.class_name,
            answer.unknown,
            answer.best_class,
        )


def test_the_service_imports_no_tensorflow(digits: Path) -> None:
    script = "import sys, serve.app; print([m for m in ('tensorflow', 'keras', 'mlflow', 'dvc') if m in sys.modules])"
    assert run_in(digits, "python", "-c", script).stdout.strip() == "[]"
    assert project_environment()  # the same environment that the other tests use
