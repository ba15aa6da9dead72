"""BentoML 1.4 as its documentation writes a service: two workers, one file a request."""

from pathlib import Path
from typing import Any

import bentoml
from quick_picture import answer, pixels, session


@bentoml.service(workers=2, traffic={"timeout": 30})
class Classifier:
    def __init__(self) -> None:
        self.model = session()

    @bentoml.api
    def predict(self, file: Path) -> dict[str, Any]:
        return answer(self.model.run(None, {"image": pixels(file.read_bytes())})[0][0])
