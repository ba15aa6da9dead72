"""Makes the bucket that MLflow keeps files in, unless it is there: python make_bucket.py NAME."""

import os
import sys
import time

import boto3
from botocore.exceptions import BotoCoreError, ClientError

PATIENCE_SECONDS = 120.0


def make_bucket(name: str, patience: float = PATIENCE_SECONDS) -> None:
    """Waits for the S3 server at MLFLOW_S3_ENDPOINT_URL and makes the bucket."""
    place, end = os.environ["MLFLOW_S3_ENDPOINT_URL"], time.monotonic() + patience
    store = boto3.client("s3", endpoint_url=place)
    while True:
        try:
            if name not in (bucket["Name"] for bucket in store.list_buckets()["Buckets"]):
                store.create_bucket(Bucket=name)
            return
        except (BotoCoreError, ClientError) as error:
            if time.monotonic() > end:
                sys.exit(f"error: {place} makes no bucket: {error}. Correct S3_ENDPOINT and S3_SECRET.")
            time.sleep(1)


if __name__ == "__main__":
    make_bucket(sys.argv[1])
