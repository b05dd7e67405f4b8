import io
import json
import zipfile

import boto3
import pytest
from flask.testing import FlaskClient

from src.app import create_app
from src.settings import SettingsError, load_settings
from src.signature import sign


@pytest.fixture
def client(aws) -> FlaskClient:
    return create_app().test_client()


def post(client: FlaskClient, path: str, payload: object, key: str = "a-key"):
    body = json.dumps(payload).encode()
    headers = {"webhook-timestamp": "1", "webhook-signature": sign(key, "1", body)}
    return client.post(path, data=body, headers=headers, content_type="application/json")


@pytest.mark.parametrize("path", ["/health", "/health/ready", "/health/live", "/health/secrets"])
def test_health(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_health_tells_the_version_of_pyproject(client: FlaskClient) -> None:
    assert client.get("/health").json["version"] == "0.9.0"


def test_build_version_wins(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUILD_VERSION", "1.2.3-dev")
    assert client.get("/health").json["version"] == "1.2.3-dev"


def test_config_masks_the_key(client: FlaskClient) -> None:
    assert client.get("/config").json["webhook_key"] == "***"


def test_event_exports_a_zip(client: FlaskClient) -> None:
    assert post(client, "/event", {"entryId": "etr_1", "title": "x"}).status_code == 202
    client.application.extensions["exporter"].wait()
    body = boto3.client("s3").get_object(Bucket="exports", Key="benchling/etr_1.zip")["Body"].read()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert json.loads(archive.read("entry.json"))["title"] == "x"


@pytest.mark.parametrize("payload", [{}, {"entryId": "../etc"}, ["a"], {"entryId": 3}])
def test_event_refuses_what_is_no_entry(client: FlaskClient, payload: object) -> None:
    assert post(client, "/event", payload).status_code == 400


def test_a_wrong_signature_is_refused(client: FlaskClient) -> None:
    assert post(client, "/event", {"entryId": "etr_1"}, key="another").status_code == 401
    assert client.post("/event", json={"entryId": "etr_1"}).status_code == 401


def test_lifecycle_and_canvas(client: FlaskClient) -> None:
    assert post(client, "/lifecycle", {"type": "installed"}).status_code == 200
    assert "etr_1" in post(client, "/canvas", {"resourceId": "etr_1"}).json["blocks"][0]["value"]


def test_unknown_routes_answer_in_json(client: FlaskClient) -> None:
    assert client.get("/nowhere").json == {"error": "not found"}


def test_an_export_that_fails_is_logged(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    exporter = client.application.extensions["exporter"]
    exporter.bucket = "no-such-bucket"
    exporter.submit("etr_2", {})
    exporter.wait()
    assert "export failed" in capsys.readouterr().out


def test_missing_variables_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QuiltStackARN", raising=False)
    monkeypatch.delenv("BenchlingSecret", raising=False)
    with pytest.raises(SettingsError, match="QuiltStackARN, BenchlingSecret"):
        load_settings()


def test_a_stack_without_the_output_is_refused(aws, monkeypatch: pytest.MonkeyPatch) -> None:
    template = {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}
    boto3.client("cloudformation").create_stack(StackName="bare", TemplateBody=json.dumps(template))
    monkeypatch.setenv("QuiltStackARN", "bare")
    with pytest.raises(SettingsError, match="UserBucket"):
        load_settings()
