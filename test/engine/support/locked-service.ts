import { run } from "../../../src/kit/exec.ts";
import type { CheckResult } from "../../../src/model/types.ts";
import { seaworthy } from "./cli.ts";
import { tinyService } from "./tiny-service.ts";

/** The simple index that pip asks. By themselves some managers ask PyPI for more than mirrors of the index have. */
export async function indexOfPip(): Promise<string> {
  const { stdout } = await run("python3", [
    "-c",
    "import os; from pip._internal.models.index import PyPI; print(os.environ.get('PIP_INDEX_URL', PyPI.simple_url))",
  ]);
  return stdout.trim().replace(/\/$/, "");
}

interface Locked {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  readonly needs?: readonly string[];
}

/** Only for development. */
export const DEVELOPMENT: Locked = {
  name: "iniconfig",
  version: "2.3.0",
  sha256: "f631c04d2c48c52b84d0d0549c99ff3859c98df65b3101406327ecc7d53fbf12",
};

/** What the server needs, each as one wheel without compiled code. */
export const PRODUCTION: readonly Locked[] = [
  { name: "click", version: "8.3.0", sha256: "9b9f285302c6e3064f4330c05f05b81945b2a39544279343e6e7c5f27a9baddc" },
  { name: "h11", version: "0.16.0", sha256: "63cf8bbe7522de3bf65932fda1d9c2772064ffb3dae62d55932da54b31cb6c86" },
  {
    name: "uvicorn",
    version: "0.38.0",
    sha256: "48c0afd214ceb59340075b4a052ea1ee91c16fbc2a9b1469cca0e54566977b02",
    needs: ["click", "h11"],
  },
];

/** Without a framework: a health route, and an answer to whatever is posted. */
export const ASGI_SERVER = `async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            kind = (await receive())["type"]
            await send({"type": f"{kind}.complete"})
            if kind == "lifespan.shutdown":
                return
    await receive()
    status = 200 if scope["path"] == "/health" or scope["method"] == "POST" else 404
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})
`;

/** As many write it who use such a manager: all of it in one stage, the development group too. */
export const dockerfileOf = (manager: string, install: string, starts: readonly string[] = []): string =>
  `FROM python:3.13-slim
RUN pip install ${manager}
WORKDIR /app
COPY . .
RUN ${install}
EXPOSE 8000
CMD ${JSON.stringify([...starts, "uvicorn", "tiny.server:app", "--host", "0.0.0.0", "--port", "8000"])}
`;

/** What `verify` says of a tiny service whose lock another manager than uv wrote. */
export async function verified(files: Readonly<Record<string, string | undefined>>) {
  await using fixture = await tinyService({
    "pyproject.toml": undefined,
    "uv.lock": undefined,
    "tiny/server.py": ASGI_SERVER,
    "seaworthy.yaml": "output: Dockerfile.prod\ndecisions: { health: /health }\n",
    ...files,
  });
  const { code, stdout, stderr } = await seaworthy(["verify", "--json", `${fixture.folder}/`]);
  if (!stdout.startsWith("[")) throw new Error(stderr);
  const checks = JSON.parse(stdout) as readonly CheckResult[];
  return {
    code,
    failing: checks.filter(({ status }) => status === "fail"),
    statuses: Object.fromEntries(checks.map(({ id, status }) => [id, status])),
  };
}

/** The promises that rest on how the dependencies were installed. */
export const INSTALLED_AS_LOCKED = {
  builds: "pass",
  "becomes-healthy": "pass",
  "distributions-as-locked": "pass",
  "dev-dependencies-absent": "pass",
  "build-tools-absent": "pass",
  "dependency-layer-cached": "pass",
  "dependency-layer-refreshed": "pass",
  "read-only-root": "pass",
};
