import { expect, it } from "vitest";
import { rules } from "../../src/rules/index.gen.ts";
import { analyze } from "../../src/pipeline/analyze.ts";
import { memoryTree } from "../../src/project/tree.ts";

const DOCKERFILE = `FROM python:3.13-slim-trixie
RUN python -m venv /srv/venv && /srv/venv/bin/pip install --no-cache-dir gunicorn==23.0.0
COPY entry.sh /srv/entry.sh
ENTRYPOINT ["/srv/entry.sh"]
CMD ["gunicorn"]
`;
const found = async (script: string, entry = '["/srv/entry.sh"]') => {
  const { findings, service } = await analyze(
    memoryTree({ Dockerfile: DOCKERFILE.replace('["/srv/entry.sh"]', entry), "entry.sh": script }),
    rules,
  );
  return { ids: findings.map(({ rule }) => rule), starts: service.starts.map(({ argv }) => argv) };
};

it("judges a command that the entrypoint script hands over to", async () => {
  const { ids, starts } = await found('#!/bin/sh\nset -e\nexec "$@"\n');
  expect(ids).toContain("binds-loopback");
  expect(starts).toEqual([["gunicorn"]]);
});

it.each(["gunicorn)", '"gunicorn" | web)', "worker|gunicorn)"])(
  "takes no word of the entrypoint script for a program: %s",
  async (label) => {
    const { ids, starts } = await found(
      `#!/bin/sh\ncase "$1" in\n  ${label}\n    exec /srv/venv/bin/gunicorn -b 0.0.0.0:8000 a:b ;;\n  *) exec "$@" ;;\nesac\n`,
    );
    expect(ids).not.toContain("binds-loopback");
    expect(starts).toEqual([["/srv/venv/bin/gunicorn", "-b", "0.0.0.0:8000", "a:b"]]);
  },
);

it("sees the script behind an init and a shell, too", async () => {
  const { ids } = await found(
    '#!/bin/bash\ncase "$1" in\n  gunicorn) exec /srv/run ;;\nesac\n',
    '["tini", "--", "/bin/bash", "/srv/entry.sh"]',
  );
  expect(ids).not.toContain("binds-loopback");
});
