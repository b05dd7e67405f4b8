import { describe, expect, it } from "vitest";
import { analyze } from "../../src/pipeline/analyze.ts";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";
import { shCWithoutExec } from "../../src/rules/sh-c-without-exec.ts";

const SERVE = "uvicorn main:app --host 0.0.0.0 --port 9000";
const tree = (steps: string) =>
  memoryTree({
    Dockerfile: `FROM python:3.13-slim-trixie\nWORKDIR /srv\n${steps}\n`,
    "main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
  });
const start = 'CMD ["/start.sh"]';

describe("a start script that the Dockerfile itself writes is read", () => {
  it.each([
    ["COPY", `COPY --chmod=755 <<EOF /start.sh\n#!/bin/sh\n${SERVE}\nEOF\n${start}`, 5],
    ["cat", `RUN cat > /start.sh <<'EOF' && chmod +x /start.sh\n#!/bin/sh\n${SERVE}\nEOF\n${start}`, 5],
    ["a heredoc around cat", `RUN <<RUN\ncat > /start.sh <<'EOF'\n#!/bin/sh\n${SERVE}\nEOF\nRUN\n${start}`, 3],
    ["echo", `RUN echo '#!/bin/sh\\n${SERVE}' > /start.sh\n${start}`, 3],
    ["several of echo", `RUN echo '#!/bin/sh' > /start.sh && echo '${SERVE}' >> /start.sh\n${start}`, 3],
    ["printf", `RUN printf '%s\\n' '#!/bin/sh' '${SERVE}' > start.sh\nCMD ["./start.sh"]`, 3],
    ["printf, whose last words are fewer", `RUN printf '%s%s\\n' '#!/bin/' sh '${SERVE}' > /start.sh\n${start}`, 3],
    ["bash's echo", `SHELL ["/bin/bash", "-c"]\nRUN echo -e '#!/bin/sh\\n${SERVE}' > /start.sh\n${start}`, 4],
  ])("%s", async (_, steps, line) => {
    const { starts, port } = await readService(tree(steps));
    expect(starts).toMatchObject([{ role: "web", server: "uvicorn", argv: SERVE.split(" ") }]);
    expect(port?.value.number).toBe(9000);
    const { findings } = await analyze(tree(steps), [shCWithoutExec]);
    expect(findings.map(({ where }) => where?.line)).toEqual([line]);
  });

  it.each([
    ["a part of it is not known", `RUN echo "$HEAD" > /start.sh && echo '${SERVE}' >> /start.sh\n${start}`],
    ["it is only added to", `RUN echo '${SERVE}' >> /start.sh\n${start}`],
    ["it may not be written", `RUN test -f /x || echo '${SERVE}' > /start.sh\n${start}`],
    [
      "it is longer than anybody writes",
      `RUN printf '${SERVE}\\n${"#".repeat(2000)}%s\\n' ${"x ".repeat(50)}> /start.sh\n${start}`,
    ],
    ["another file is started", `RUN echo '${SERVE}' > /other.sh\n${start}`],
    ["it is another stage's", `RUN echo '${SERVE}' > /start.sh\nFROM python:3.13-slim-trixie\n${start}`],
  ])("and not where %s", async (_, steps) => {
    const { starts } = await readService(tree(steps));
    expect(starts).toMatchObject([{ server: "unknown", argv: ["/start.sh"] }]);
  });
});
