"""Settings: two variables from the environment, everything else from the stack and its secret."""

import json
import os
from dataclasses import dataclass

import boto3


class SettingsError(ValueError):
    """The service cannot start with these settings."""


@dataclass(frozen=True)
class Settings:
    stack: str
    secret: str
    bucket: str
    webhook_key: str
    verify: bool

    def masked(self) -> dict[str, object]:
        """The settings as /config shows them."""
        return {
            "stack": self.stack,
            "secret": self.secret.split(":")[-1],
            "bucket": self.bucket,
            "webhook_key": "***",
            "verify": self.verify,
        }


def load_settings() -> Settings:
    """Read the environment, then the stack's outputs and the secret from AWS.

    Raises SettingsError when a variable is missing or the stack does not say where to export to.
    """
    missing = [name for name in ("QuiltStackARN", "BenchlingSecret") if not os.environ.get(name)]
    if missing:
        raise SettingsError(f"missing environment variables: {', '.join(missing)}")
    stack = os.environ["QuiltStackARN"]
    secret = os.environ["BenchlingSecret"]
    outputs = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0].get("Outputs", [])
    bucket = next((one["OutputValue"] for one in outputs if one["OutputKey"] == "UserBucket"), None)
    if bucket is None:
        raise SettingsError(f"the stack {stack} has no output UserBucket")
    value = boto3.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    return Settings(
        stack=stack,
        secret=secret,
        bucket=bucket,
        webhook_key=json.loads(value)["webhook_key"],
        verify=os.environ.get("ENABLE_WEBHOOK_VERIFICATION", "true").lower() == "true",
    )
