"""The FastAPI service: pulls the production model and answers predictions."""
