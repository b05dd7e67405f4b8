import { healthyWith } from "../../src/rules/queries/example.ts";

/** Lines of Dockerfiles that several tables change. */
export const COPY_APP = "COPY app/ /app/app/\n";
export const apt = (packages: string) =>
  `RUN apt-get update && apt-get install -y --no-install-recommends ${packages} && rm -rf /var/lib/apt/lists/*\n`;
export const inRuntime = (line: string) => healthyWith(["RUN groupadd", `${line}RUN groupadd`]);
export const MANIFESTS = "COPY pyproject.toml uv.lock ./\n";
export const SYNC = "RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-dev --no-install-project\n";
