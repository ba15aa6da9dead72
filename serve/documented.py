"""What the OpenAPI document says of requests, since the routes read their bodies themselves."""

from typing import Any

PICTURE = {"type": "string", "format": "binary", "description": "PNG, JPEG, GIF, BMP, TIFF or WebP."}
TOP = {
    "name": "top",
    "in": "query",
    "required": False,
    "description": "How many probabilities the answer holds, the largest first; without it all, in the model's order.",
    "schema": {"type": "integer", "minimum": 1},
    "example": 3,
}
KEEP = {
    "name": "keep",
    "in": "query",
    "required": False,
    "description": "True to have the picture kept for POST /feedback, where the service keeps any; else by chance.",
    "schema": {"type": "boolean"},
    "example": True,
}
FORM = {"type": "object", "required": ["file"], "properties": {"file": PICTURE}}
FILES = {"type": "array", "items": PICTURE, "minItems": 1}
FORM_OF_MANY = {"type": "object", "required": ["files"], "properties": {"files": FILES}}
PICTURE_BODIES = {
    "multipart/form-data": {"schema": FORM},
    **{kind: {"schema": PICTURE} for kind in ("image/*", "application/octet-stream")},
}
BATCH_BODIES = {"multipart/form-data": {"schema": FORM_OF_MANY}}

KEYS = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key, where the service wants one."},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same in another header."},
}
SECURITY: list[dict[str, list[str]]] = [{}, {"bearer": []}, {"header": []}]  # the first: most services want no key
RETRY_AFTER = {"description": "Whole seconds after which to ask again.", "schema": {"type": "integer", "minimum": 0}}
RETRIED = ("429", "503")


def described(document: dict[str, Any]) -> dict[str, Any]:
    """An OpenAPI document with what holds for all addresses: keys, and when to come back."""
    document["components"]["securitySchemes"] = KEYS
    document["security"] = SECURITY
    for operation in (operation for methods in document["paths"].values() for operation in methods.values()):
        for status in operation["responses"].keys() & set(RETRIED):
            operation["responses"][status]["headers"] = {"Retry-After": RETRY_AFTER}
    return document


def request_body(bodies: dict[str, Any]) -> dict[str, Any]:
    """A body that must be there, in one of these forms."""
    return {"required": True, "content": bodies}
