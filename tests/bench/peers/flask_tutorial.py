"""The tutorial's app: Flask, Keras, `model.predict` for each picture; BENCH_ON_BATCH=1 makes it predict_on_batch."""

import os

import numpy as np
from flask import Flask, jsonify, request
from keras.models import load_model
from keras.utils import img_to_array
from PIL import Image

app = Flask(__name__)
model = load_model(os.environ["BENCH_KERAS"])
predict_probabilities = model.predict_on_batch if os.environ.get("BENCH_ON_BATCH") else model.predict


@app.route("/predict", methods=["POST"])
def predict():  # type: ignore[no-untyped-def]
    image = Image.open(request.files["file"].stream).convert("RGB").resize((64, 64))
    batch = np.expand_dims(img_to_array(image), axis=0)  # the network divides by 255 itself
    probabilities = predict_probabilities(batch)[0]
    best = int(np.argmax(probabilities))
    return jsonify({"class": f"class {best}", "confidence": float(probabilities[best])})


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(os.environ["BENCH_PORT"]))
