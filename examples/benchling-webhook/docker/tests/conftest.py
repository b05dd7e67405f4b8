import json

import boto3
import pytest
from moto import mock_aws

TEMPLATE = {
    "Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "exports"}}},
    "Outputs": {"UserBucket": {"Value": {"Ref": "Bucket"}}},
}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch):
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "QuiltStackARN": "quilt",
        "BenchlingSecret": "benchling",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        boto3.client("cloudformation").create_stack(StackName="quilt", TemplateBody=json.dumps(TEMPLATE))
        boto3.client("secretsmanager").create_secret(
            Name="benchling", SecretString=json.dumps({"webhook_key": "a-key"})
        )
        yield
