"""Configuration, read from the environment once at start."""

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Fields without a default are required: the service refuses to start without them."""

    model_config = SettingsConfigDict(frozen=True)

    jwt_secret_key: SecretStr
    owner_username: str
    owner_password: SecretStr
    database_url: str
    s3_endpoint_url: str
    s3_bucket_name: str
    s3_access_key_id: SecretStr
    s3_secret_access_key: SecretStr
    s3_region: str

    access_token_minutes: int = 60
    max_image_bytes: int = 8_388_608
    log_level: str = "INFO"


def load_settings() -> Settings:
    """Reads the settings, or ends the process with one line that names every variable at fault."""
    try:
        return Settings()
    except ValidationError as error:
        problems = (f"{str(item['loc'][0]).upper()} ({item['msg']})" for item in error.errors())
        raise SystemExit(f"reactbin-api cannot start, check the environment: {', '.join(problems)}") from None
