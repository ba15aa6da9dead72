"""What all servers of the benchmark serve: one untrained network as Keras's file and model.onnx, and one photo."""

import io
import sys
from pathlib import Path

import sklearn
from PIL import Image

from tinysight.contract import Contract

PHOTO_BYTES, IMAGE_SIZE, CLASSES, WIDTH, OPSET = 54_000, 64, 10, 16, 17  # width 16: about 100,000 parameters


def make_photo() -> bytes:
    """A photo of 640 × 427 pixels as a JPEG of about 54 KB."""
    photo = Image.open(Path(sklearn.__file__).parent / "datasets" / "images" / "china.jpg")
    for quality in range(90, 10, -5):
        file = io.BytesIO()
        photo.save(file, "JPEG", quality=quality)
        if file.tell() <= PHOTO_BYTES:
            break
    return file.getvalue()


def write_served(folder: Path) -> None:
    """Writes photo.jpg, model.keras, model.onnx and bundle/: the small_cnn of the ladder, through our own export."""
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
    write_bundle(
        folder / "bundle", folder / "model.onnx", {"photo.jpg": make_photo()}, name="colours", version="1"
    )  # the name that the registry made by hand serves


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
