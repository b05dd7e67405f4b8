import asyncio
from io import BytesIO

import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from botocore.stub import Stubber

from app.settings import Settings
from app.storage import S3Storage, create_client


def test_s3_is_asked_as_it_expects(settings: Settings) -> None:
    client = create_client(settings)
    place = {"Bucket": "reactions", "Key": "reactions/1"}
    with Stubber(client) as s3:
        s3.add_response("put_object", {}, place | {"Body": b"abc", "ContentType": "image/png"})
        s3.add_response("get_object", {"Body": StreamingBody(BytesIO(b"abc"), 3)}, place)
        s3.add_client_error("get_object", "NoSuchKey", expected_params=place)
        s3.add_response("delete_object", {}, place)

        async def use() -> tuple[bytes | None, bytes | None]:
            storage = S3Storage(client, "reactions")
            await storage.put("reactions/1", b"abc", "image/png")
            found, missing = await storage.get("reactions/1"), await storage.get("reactions/1")
            await storage.delete("reactions/1")
            return found, missing

        assert asyncio.run(use()) == (b"abc", None)
        s3.assert_no_pending_responses()


def test_other_errors_of_s3_are_not_hidden(settings: Settings) -> None:
    client = create_client(settings)
    with Stubber(client) as s3:
        s3.add_client_error("get_object", "AccessDenied")
        with pytest.raises(ClientError, match="AccessDenied"):
            asyncio.run(S3Storage(client, "reactions").get("reactions/1"))
