"""Runs a model.onnx of tinysight with numpy, Pillow and ONNX Runtime alone: `python run_model.py MODEL PICTURE...`.

It decodes as in training and answers as the service does. What it leaves out: pictures of more than 8 bits a channel,
damaged EXIF, and every protection against files that somebody else sends. Use tinysight's Predictor for those.
"""

import json
import os
import sys

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # since 1.29 it reports to its maker
import onnxruntime

KEYS = ("class_names", "image_size", "fit", "background", "unknown_threshold")  # of what the file says of itself


def decode(path: str, side: int, fit: str, background: tuple[int, int, int]) -> NDArray[np.uint8]:
    """(side, side, 3) uint8: upright, opaque, fitted into the square."""

    def fitted(size: tuple[int, int]) -> tuple[int, int]:
        longest = max(size) if fit == "pad" else min(size)
        width, height = (side if fit == "stretch" else max(1, round(length * side / longest)) for length in size)
        return width, height

    with Image.open(path) as stored:
        width, height = fitted(stored.size)
        stored.draft("", (2 * width, 2 * height))  # a JPEG: at about twice the wanted size
        image = ImageOps.exif_transpose(stored)
    if image.mode[0] in "IF":
        sys.exit(f"{path}: more than 8 bits a channel. Use tinysight's Predictor.")
    layer, opaque = image.convert("RGBA"), Image.new("RGB", image.size, background)
    opaque.paste(layer, mask=layer)
    left, top = ((length - min(opaque.size)) / 2 for length in opaque.size)  # of the square in the middle
    box = (left, top, opaque.width - left, opaque.height - top) if fit == "crop" else None
    small = opaque.resize((side, side) if box else fitted(opaque.size), Image.Resampling.BILINEAR, box, reducing_gap=2)
    square = Image.new("RGB", (side, side), background)
    square.paste(small, ((side - small.width) // 2, (side - small.height) // 2))
    return np.asarray(square)


def main(model: str, *pictures: str) -> None:
    """Prints a line of JSON for each picture."""
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    known = session.get_modelmeta().custom_metadata_map
    names, side, fit, background, threshold = (json.loads(known[f"tinysight.{key}"]) for key in KEYS)
    for picture in pictures:
        pixels = decode(picture, side, fit, tuple(background))
        probabilities = session.run(None, {"image": pixels[None]})[0][0]  # (classes,) float32
        best = probabilities.argmax()
        answer = names[best] if probabilities[best] >= threshold else None  # None: unknown
        by_name = dict(zip(names, probabilities.tolist(), strict=True))
        print(json.dumps({"file": picture, "class": answer, "probabilities": by_name}))


if __name__ == "__main__":
    main(*sys.argv[1:])
