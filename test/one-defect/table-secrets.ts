import { changed, healthyDockerfile } from "../../src/rules/queries/example.ts";
import { type OneDefect, row } from "./defect.ts";
import { COPY_APP } from "./lines.ts";

const users = healthyDockerfile
  .split("\n")
  .filter((line) => line.startsWith("RUN groupadd") || line.includes("useradd"))
  .join("\n");
/** Secrets in the image, and who the service runs as. */
export const secretDefects: readonly OneDefect[] = [
  row(
    "28",
    "a secret in ENV",
    ["secret-in-arg-or-env"],
    changed(["EXPOSE 8000", "ENV PAYMENT_API_TOKEN=tok-0123456789abcdef\nEXPOSE 8000"]),
  ),
  row(
    "29",
    "a secret in ARG",
    ["secret-in-arg-or-env"],
    changed(["COPY --from=uv /uv", "ARG INDEX_TOKEN\nCOPY --from=uv /uv"]),
  ),
  row(
    "30",
    "a password in a database's address",
    ["credentials-in-url"],
    changed(["EXPOSE 8000", "ENV DATABASE_URL=postgresql://app:hunter2hunter2@db/app\nEXPOSE 8000"]),
    changed(["EXPOSE 8000", "ENV DATABASE_HOST=db\nEXPOSE 8000"]),
  ),
  row(
    "31",
    "a password in a RUN",
    ["credentials-in-url"],
    changed([
      "    uv sync --locked",
      "    UV_EXTRA_INDEX_URL=https://ci:hunter2hunter2@index.example/simple uv sync --locked",
    ]),
  ),
  row("32", "a .env file is copied", ["secret-file-reaches-image"], {
    ...changed([COPY_APP, `${COPY_APP}COPY .env /app/.env\n`]),
    ".dockerignore": ".git\n.venv\n**/__pycache__\ntests\n",
    ".env": "DATABASE_PASSWORD=example\n",
  }),
  row("36", "no USER", ["runs-as-root"], changed(["USER 1001:1001\n", ""])),
  row("37", "USER root at the end", ["runs-as-root"], changed(["EXPOSE 8000", "USER root\nEXPOSE 8000"])),
  row(
    "38",
    "a user that nobody made",
    ["user-not-created", "user-not-numeric"],
    changed([`${users}\n`, ""], ["USER 1001:1001", "USER app"]),
    changed([`${users}\n`, ""]),
  ),
  row(
    "39",
    "a login shell for the service's user",
    ["login-shell-for-service-user"],
    changed(["--shell /usr/sbin/nologin", "--shell /bin/bash"]),
  ),
];
