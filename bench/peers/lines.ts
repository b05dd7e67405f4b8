import { builder, healthcheck, runtime, startLine } from "../../src/rules/queries/example.ts";

/** A Dockerfile of about so many lines, as services have them: packages in lists, steps with a few commands, labels. */
export function dockerfileOf(lines: number): string {
  if (lines <= 10)
    return [
      "FROM python:3.13-slim",
      "WORKDIR /app",
      "RUN pip install --no-cache-dir uv==0.9.8",
      "COPY pyproject.toml uv.lock ./",
      "RUN uv sync --locked --no-dev --no-install-project",
      "COPY app/ /app/app/",
      'ENV PATH="/app/.venv/bin:$PATH" PYTHONUNBUFFERED=1',
      "USER 1001:1001",
      "EXPOSE 8000",
      startLine,
    ].join("\n");
  const tail = healthcheck + startLine;
  const fixed = builder + runtime.replace(healthcheck, "") + tail;
  const missing = lines - fixed.split("\n").length;
  const steps: string[] = [];
  let written = 0;
  for (let step = 0; written < missing; step += 1) {
    const text = stepOf(step);
    steps.push(text);
    written += text.split("\n").length - 1;
  }
  const half = Math.ceil(steps.length / 2);
  const shipped = runtime.replace(healthcheck, "").replace("USER 1001", `${steps.slice(half).join("")}USER 1001`);
  return builder + steps.slice(0, half).join("") + shipped + tail;
}

function stepOf(step: number): string {
  const kinds = [
    `# Step ${step}: libraries that the extensions of this service are linked with.\nRUN apt-get update && \\\n    apt-get install -y --no-install-recommends \\\n      libpq5 \\\n      libxml2 \\\n      libgomp1 && \\\n    rm -rf /var/lib/apt/lists/*\n`,
    `LABEL org.opencontainers.image.ref.name="reactions-${step}" \\\n      org.opencontainers.image.title="Reactions ${step}"\n`,
    `RUN set -eu; \\\n    for name in one two three; do \\\n      mkdir -p "/srv/data/${step}/$name"; \\\n      if [ -e "/srv/data/${step}/$name/old" ]; then \\\n        echo "kept $name" >&2; \\\n      fi; \\\n    done\n`,
    `ENV FEATURE_${step}_LIMIT=20 \\\n    FEATURE_${step}_MODE=strict\n`,
    `COPY app/__init__.py /srv/data/${step}/\n`,
    `RUN test -d /srv && echo "step ${step}" > /srv/step-${step}.txt\n`,
  ];
  return kinds[step % kinds.length] ?? "";
}
