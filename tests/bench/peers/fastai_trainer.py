"""fastai with its usual recipe for a folder of images, from scratch: `fastai_trainer.py IN.npz OUT.npz SEED`."""

import sys
import time
from pathlib import Path

import numpy as np
from fastai.vision.all import ImageDataLoaders, accuracy, aug_transforms, resnet18, set_seed, vision_learner
from PIL import Image

EPOCHS = 3


def main(given: str, told: str, seed: str) -> None:
    """Trains on PNG files in a folder for each class, predicts, and writes what it took."""
    with np.load(given) as arrays:
        images, labels, clean, moved = (arrays[name] for name in ("images", "labels", "clean", "moved"))
    folder = Path("pictures")
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        (folder / f"{label:03d}").mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(folder / f"{label:03d}" / f"{number}.png")
    set_seed(int(seed), reproducible=True)
    wall, cpu = time.monotonic(), time.process_time()
    loaders = ImageDataLoaders.from_folder(
        folder, valid_pct=0.1, seed=int(seed), bs=128, num_workers=0, batch_tfms=aug_transforms(do_flip=False)
    )
    learner = vision_learner(loaders, resnet18, pretrained=False, metrics=accuracy)
    with learner.no_bar(), learner.no_logging():
        learner.fit_one_cycle(EPOCHS)
    taken = {"seconds": time.monotonic() - wall, "cpu_seconds": time.process_time() - cpu}
    learner.export("model.pkl")
    size = (learner.path / "model.pkl").stat().st_size / 1000
    answers = {f"{name}_answers": _answers(learner, shown) for name, shown in (("clean", clean), ("moved", moved))}
    np.savez(told, kilobytes=size, **taken, **answers)


def _answers(learner: object, shown: np.ndarray) -> np.ndarray:
    loader = learner.dls.test_dl(list(shown), bs=500)
    with learner.no_bar():
        numbers = learner.get_preds(dl=loader)[0].argmax(dim=1).numpy()
    return np.array([int(learner.dls.vocab[number]) for number in numbers])


if __name__ == "__main__":
    main(*sys.argv[1:])
