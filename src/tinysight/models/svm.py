"""The candidate of HOG features and an SVM with a radial kernel, as one graph from pixels to scores."""

from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

from tinysight.models.collected import BYTES, chosen_places, collect, train_batches
from tinysight.models.descent import eigen, gram
from tinysight.models.fitted import Fitted
from tinysight.models.hog import Hog
from tinysight.models.rbf import Rbf
from tinysight.models.resizing import resize
from tinysight.models.squared_hinge import solve
from tinysight.models.training_data import TrainingData
from tinysight.params import SvmParams, TrainParams, tried

MOST_ROWS = 60_000  # as many as fill a minute; train rows come before copies
TRIAL_ROWS = 4_000  # on which gamma is chosen
AXES_ROWS = 10_000  # from which the principal axes are found

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Rows:
    """Components of pictures, with their labels, and the roots of what each counts."""

    components: Floats
    labels: Labels
    roots: Floats


def fit(params: SvmParams, data: TrainingData, settings: TrainParams) -> Fitted:
    """Finds the principal axes of the features, then the landmarks, then the SVM; val chooses gamma and c.

    The kernel is approximated by its values at some pictures, the landmarks (Nyström): a step costs as much as
    a linear SVM's, and the file stays small. Where not all rows would fit into memory and a minute, some are left out:
    copies first, and each class alike.
    """
    classes, most = len(data.class_names), min(MOST_ROWS, BYTES // (4 * (params.landmarks + 1)))
    places = chosen_places(data, most)
    draw = np.random.default_rng(0).permutation(len(places))
    model = build(params, data.image_size, classes, min(params.landmarks, len(places)))
    _set_axes(model, data, places[np.sort(draw[:AXES_ROWS])])
    components_of = keras.Model(model.input, model.get_layer("components").output)
    train = Rows(collect("svm: features", components_of, train_batches(data, places), len(places)),
                 data.train_labels[places], np.sqrt(data.row_weights(places, settings.balance)))  # fmt: skip
    val = Rows(collect("svm: val", components_of, data.val_batches(), len(data.val_rows)), data.val_labels,
               np.ones(len(data.val_rows), dtype=np.float32))  # fmt: skip
    points = train.components[np.sort(draw[: model.get_layer("kernel").landmarks])]
    gamma = _choose_gamma(params, train, val, points, draw[:TRIAL_ROWS], classes)
    weights, _ = _solve(train, val, points, gamma, tried(params.c), classes)
    model.get_layer("kernel").place(points, gamma)
    model.get_layer("logits").set_weights([weights[:-1], weights[-1]])
    return Fitted(model, (), 0, len(places))


def build(params: SvmParams, image_size: int, classes: int, landmarks: int) -> keras.Model:
    """The graph with weights still to be found: uint8 (N, S, S, 3) to scores (N, classes).

    Fine cells see edges, cells twice as large still see them when a picture is shifted, and the mean
    colour of each fine cell tells apart what has the same shape.
    """
    images = keras.Input((image_size, image_size, 3), dtype="uint8", name="image")
    x = keras.layers.Rescaling(1 / 255, name="rescale")(images)
    x = resize(x, params.side)
    fine = Hog(params.cell, params.bins, name="fine")(x)
    coarse = Hog(2 * params.cell, params.bins, name="coarse")(x)
    colours = keras.layers.Flatten(name="colours")(keras.layers.AveragePooling2D(params.cell, name="cells")(x))
    features = keras.layers.Concatenate(name="features")([fine, coarse, colours])
    components = min(params.components, features.shape[1])
    x = Rbf(landmarks, name="kernel")(keras.layers.Dense(components, name="components")(features))
    return keras.Model(images, keras.layers.Dense(classes, name="logits")(x), name="svm")


def _set_axes(model: keras.Model, data: TrainingData, places: Labels) -> None:
    """The axes along which the features differ most, about their mean, become the layer `components`."""
    features_of = keras.Model(model.input, model.get_layer("features").output)
    features = collect("svm: axes", features_of, train_batches(data, places), len(places))
    middle = features.mean(axis=0)
    _, axes = eigen(gram(features - middle))
    layer = model.get_layer("components")
    kernel = axes[:, ::-1][:, : layer.units].astype(np.float32)
    layer.set_weights([kernel, -middle @ kernel])


def kernel_values(components: Floats, points: Floats, gamma: float) -> Floats:
    """(n, landmarks + 1): what the layer Rbf computes, and a column of ones for the bias."""
    values = np.ones((len(components), len(points) + 1), dtype=np.float32)
    squares = values[:, :-1]
    np.matmul(components, -2 * points.T, out=squares)
    squares += (components**2).sum(axis=1)[:, None]
    squares += (points**2).sum(axis=1)
    np.maximum(squares, 0, out=squares)
    squares *= np.float32(-gamma)
    np.exp(squares, out=squares)
    return values


def _choose_gamma(params: SvmParams, train: Rows, val: Rows, points: Floats, some: Labels, classes: int) -> float:
    """The width with the most right answers on val, from a part of the train rows; of equals the widest kernel."""
    some = np.sort(some)
    few = Rows(train.components[some], train.labels[some], train.roots[some])
    unit = 1 / median_square(points)
    gammas = [unit * gamma for gamma in sorted(tried(params.gamma))]
    if len(gammas) == 1:
        return gammas[0]
    middle = sorted(tried(params.c))[len(tried(params.c)) // 2]
    return max(gammas, key=lambda gamma: _solve(few, val, points, gamma, (middle,), classes)[1])


def median_square(points: Floats) -> float:
    """The median squared distance of landmarks; 1 where they are all the same."""
    few = points[np.linspace(0, len(points) - 1, min(len(points), 1000)).astype(int)]
    squares = (few**2).sum(axis=1)[:, None] + (few**2).sum(axis=1) - 2 * few @ few.T
    between = squares[np.triu_indices(len(few), 1)]
    return max(float(np.median(between)), 1e-6) if len(between) else 1.0


def _solve(
    train: Rows, val: Rows, points: Floats, gamma: float, cs: tuple[float, ...], classes: int
) -> tuple[Floats, float]:
    """The weights of the c with the most right answers on val, and their share; of equals the least c."""
    values, judged = kernel_values(train.components, points, gamma), kernel_values(val.components, points, gamma)
    values *= train.roots[:, None]
    products, best = gram(values), (np.empty((0, 0), dtype=np.float32), -1.0)
    for c in sorted(cs):
        weights = solve(values, train.labels, classes, c, products, train.roots)
        right = float(np.mean((judged @ weights).argmax(axis=1) == val.labels))
        if right > best[1]:
            best = weights, right
    return best
