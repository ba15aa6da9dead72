"""What all servers of the benchmark serve: one untrained network as Keras's file and model.onnx, and one photo."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import sklearn
from PIL import Image

from tinysight.contract import Contract
from tinysight.drift.pictures import look_at_files
from tinysight.drift.reference import make_reference
from tinysight.drift.reference_file import FILE as REFERENCE
from tinysight.drift.reference_file import to_json
from tinysight.predictor import Predictor

PHOTO_BYTES, IMAGE_SIZE, CLASSES, WIDTH, OPSET = 54_000, 64, 10, 16, 17  # width 16: about 100,000 parameters
JUDGED = 300  # pictures of which the reference for drift is made


def make_photo() -> bytes:
    """A photo of 640 × 427 pixels as a JPEG of about 54 KB."""
    photo = _open("china.jpg")
    for quality in range(90, 10, -5):
        file = io.BytesIO()
        photo.save(file, "JPEG", quality=quality)
        if file.tell() <= PHOTO_BYTES:
            break
    return file.getvalue()


def make_parts(count: int) -> Iterator[bytes]:
    """Parts of two photos at places drawn with a fixed seed, as JPEG."""
    random, photos = np.random.default_rng(0), [_open("china.jpg"), _open("flower.jpg")]
    for number in range(count):
        left, top, side = random.integers(0, 320), random.integers(0, 160), random.integers(100, 260)
        file = io.BytesIO()
        photos[number % 2].crop((left, top, left + side, top + side)).save(file, "JPEG")
        yield file.getvalue()


def write_served(folder: Path) -> None:
    """Writes photo.jpg, model.keras, model.onnx and bundle/: the small_cnn of the ladder, through our own export.

    The bundle has a reference for drift, as that of a registered version has, so that the service watches.
    """
    from tinysight.models.start import start_tensorflow

    start_tensorflow()
    import keras

    from tinysight.bundle import write_bundle
    from tinysight.models import small_cnn
    from tinysight.models.onnx_file import convert, finish
    from tinysight.params import SmallCnnParams

    keras.utils.set_random_seed(0)
    recipe = {"dropout": 0.0, "learning_rate": 0.006, "weight_decay": 0.0005, "label_smoothing": 0.05}
    logits = small_cnn.build(SmallCnnParams(kind="small_cnn", width=WIDTH, **recipe), IMAGE_SIZE, CLASSES)
    images = keras.Input((IMAGE_SIZE, IMAGE_SIZE, 3), dtype="uint8", name="image")
    model = keras.Model(images, keras.layers.Softmax(name="probabilities")(logits(images)))
    (folder / "photo.jpg").write_bytes(make_photo())
    model.save(folder / "model.keras")
    (folder / "model.onnx").write_bytes(finish(convert(model, OPSET), _contract()))
    looked, _ = look_at_files(Predictor(folder / "model.onnx"), make_parts(JUDGED))
    reference = {REFERENCE: to_json(make_reference(looked, _contract().class_names))}
    golden = {"photo.jpg": make_photo()}
    write_bundle(
        folder / "bundle", folder / "model.onnx", golden, name="colours", version="1", beside=reference
    )  # the name that the registry made by hand serves


def _open(name: str) -> Image.Image:
    return Image.open(Path(sklearn.__file__).parent / "datasets" / "images" / name)


def _contract() -> Contract:
    return Contract(
        class_names=tuple(f"class {n}" for n in range(CLASSES)),
        image_size=IMAGE_SIZE,
        fit="pad",
        background=(0, 0, 0),
        window=None,
        temperature=1.0,
        unknown_threshold=0.05,
        dataset_digest="",
        params_digest="",
    )


if __name__ == "__main__":
    write_served(Path(sys.argv[1]))
