"""FastAPI as one would write it who knows that inference is quick: UploadFile, decoding and model in the event loop."""

from typing import Annotated, Any

from fastapi import FastAPI, File, UploadFile
from quick_picture import answer, pixels, session

app = FastAPI()
model = session()


@app.post("/predict")
async def predict(file: Annotated[UploadFile, File()]) -> dict[str, Any]:
    return answer(model.run(None, {"image": pixels(await file.read())})[0][0])
