"""A picture of any size made smaller inside a model's own graph."""

import keras


def resize(images: keras.KerasTensor, side: int) -> keras.KerasTensor:
    """Square pictures resized to `side`.

    Whole factors are averaged first: bilinear sampling alone would skip pixels.

    Args:
        images: (N, S, S, channels) float.
        side: the wanted height and width.

    Returns:
        (N, side, side, channels) float.
    """
    factor = images.shape[1] // side
    if factor > 1:
        images = keras.layers.AveragePooling2D(factor, name="average")(images)
    if images.shape[1] != side:
        # Resizing's own default is training=True, and Keras hands that on to what comes after it: batch norm would be
        # exported as if it were still learning
        images = keras.layers.Resizing(side, side, interpolation="bilinear", name="resize")(images, training=False)
    return images
