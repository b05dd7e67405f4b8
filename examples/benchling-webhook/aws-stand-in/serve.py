"""Serves moto, with what the service looks for. The bucket comes last: once it answers, everything is there."""

import json
import signal

import boto3
from moto.server import ThreadedMotoServer

PORT = 5555
TEMPLATE = {
    "Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "exports"}}},
    "Outputs": {"UserBucket": {"Value": {"Ref": "Bucket"}}},
}


def client(service: str):
    return boto3.client(
        service,
        endpoint_url=f"http://127.0.0.1:{PORT}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


server = ThreadedMotoServer(ip_address="0.0.0.0", port=PORT)
server.start()
client("secretsmanager").create_secret(Name="benchling", SecretString=json.dumps({"webhook_key": "a-key"}))
client("cloudformation").create_stack(StackName="quilt", TemplateBody=json.dumps(TEMPLATE))
signal.sigwait({signal.SIGTERM, signal.SIGINT})
