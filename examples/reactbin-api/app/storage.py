"""Pictures in an S3 bucket. boto3 blocks, so each call runs in a worker thread."""

from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from app.settings import Settings


class Storage(Protocol):
    async def put(self, key: str, content: bytes, content_type: str) -> None: ...

    async def get(self, key: str) -> bytes | None: ...

    async def delete(self, key: str) -> None: ...


class S3Storage:
    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    async def put(self, key: str, content: bytes, content_type: str) -> None:
        await run_in_threadpool(
            self._client.put_object, Bucket=self._bucket, Key=key, Body=content, ContentType=content_type
        )

    async def get(self, key: str) -> bytes | None:
        return await run_in_threadpool(self._read, key)

    async def delete(self, key: str) -> None:
        await run_in_threadpool(self._client.delete_object, Bucket=self._bucket, Key=key)

    def _read(self, key: str) -> bytes | None:
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
                return None
            raise


def create_client(settings: Settings) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=settings.s3_endpoint_url,
        region_name=settings.s3_region,
        aws_access_key_id=settings.s3_access_key_id.get_secret_value(),
        aws_secret_access_key=settings.s3_secret_access_key.get_secret_value(),
        config=Config(connect_timeout=5, read_timeout=20, retries={"max_attempts": 3, "mode": "standard"}),
    )


def get_storage(request: Request) -> Storage:
    return request.app.state.storage
