import { describe, expect, it } from "vitest";
import { unwrap, unwrapShell } from "../../src/project/unwrap.ts";

describe("unwrapping", () => {
  it.each([
    ["uv run --no-dev --extra web uvicorn a:b", ["uvicorn", "a:b"], ["uv run"]],
    ["uv run -m uvicorn a:b", ["python", "-m", "uvicorn", "a:b"], ["uv run"]],
    ["sh -c 'exec gunicorn a:b'", ["gunicorn", "a:b"], ["sh -c", "exec"]],
    ["/usr/bin/tini -- env A=1 B=2 uvicorn a:b", ["uvicorn", "a:b"], ["tini", "env"]],
    ["A=1 poetry run gunicorn a:b", ["gunicorn", "a:b"], ["env", "poetry run"]],
    ["alembic upgrade head && exec uvicorn a:b", ["uvicorn", "a:b"], ["alembic upgrade head &&", "exec"]],
    ["cd /app; uvicorn a:b", ["uvicorn", "a:b"], []],
    ["uvicorn a:b", ["uvicorn", "a:b"], []],
    ["shop --host 0.0.0.0; exit 0", ["shop", "--host", "0.0.0.0"], []],
    ["if [ $A ]; then gunicorn a:b; else python manage.py runserver; fi", ["gunicorn", "a:b"], []],
    ["python manage.py runserver", ["python", "manage.py", "runserver"], []],
  ])("%s", (text, argv, wrappers) => {
    expect(unwrapShell(text)).toMatchObject({ argv, wrappers });
  });

  it.each([
    [["uvicorn", "a:b"], "uvicorn", "web"],
    [["python", "-m", "gunicorn", "a:b"], "gunicorn", "web"],
    [["python3.13", "manage.py", "runserver"], "django-dev", "web"],
    [["python", "manage.py", "migrate"], "unknown", "migrate"],
    [["celery", "-A", "x", "worker"], "unknown", "worker"],
    [["celery", "-A", "x", "beat"], "unknown", "beat"],
    [["fastapi", "run", "main.py"], "fastapi-cli", "web"],
    [["flask", "--app", "x", "run"], "flask-dev", "web"],
    [["nginx"], "unknown", "other"],
  ])("%j", (argv, server, role) => {
    expect(unwrap(argv)).toMatchObject({ server, role });
  });
});
