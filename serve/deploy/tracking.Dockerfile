# An MLflow server that speaks PostgreSQL and S3 and knows accounts: what serve/deploy/team.yaml runs.
FROM python:3.11-slim-bookworm
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONUNBUFFERED=1
COPY requirements/server.txt /server.txt
RUN python -m pip install --require-hashes --only-binary :all: -r /server.txt && useradd --uid 10002 --create-home mlflow
COPY serve/deploy/make_bucket.py /make_bucket.py
WORKDIR /tmp
USER 10002:10002
EXPOSE 5000
CMD ["mlflow", "server", "--help"]
