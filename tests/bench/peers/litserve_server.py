"""LitServe as its documentation writes a server: an uploaded file, two workers for the model."""

import os
from typing import Any

import litserve
import numpy as np
from fastapi import Request
from quick_picture import answer, pixels, session


class Classifier(litserve.LitAPI):
    def setup(self, device: str) -> None:
        self.model = session()

    def decode_request(self, request: Request) -> np.ndarray:
        return pixels(request["file"].file.read())

    def predict(self, batch: np.ndarray) -> np.ndarray:
        return self.model.run(None, {"image": batch})[0][0]

    def encode_response(self, probabilities: np.ndarray) -> dict[str, Any]:
        return answer(probabilities)


if __name__ == "__main__":
    server = litserve.LitServer(Classifier(api_path="/predict"), accelerator="cpu", workers_per_device=2)
    server.run(host="127.0.0.1", port=int(os.environ["BENCH_PORT"]), generate_client_file=False)
