import { describe, expect, it } from "vitest";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { renderDockerfile } from "../../../src/planner/render-dockerfile.ts";
import { facts, fact, sample } from "./sample.ts";

const FILES = [
  "Dockerfile",
  "pyproject.toml",
  "uv.lock",
  "README.md",
  "src/main.py",
  "src/jobs/send.py",
  "src/tests/test_main.py",
  "pages/start.html",
  "shop/settings.py",
  "tests/test_shop.py",
];
const service = {
  ...sample,
  files: FILES,
  packaging: { ...sample.packaging, importPackages: [] },
  application: fact({ module: "main", attribute: "app", factory: false }, "src/main.py"),
};
const copiesOf = (...lines: readonly string[]) => {
  const plan = makePlan(
    facts(service, {}, `FROM python:3.13-slim\n${lines.join("\n")}\nCMD ["uvicorn", "main:app"]\n`),
  );
  return { plan, copies: Object.fromEntries(plan.image.copies.map(({ from, to }) => [from, to])) };
};

describe("files that today's Dockerfile names", () => {
  it("come along, also those that no line of the code opens", () => {
    expect(copiesOf("WORKDIR /app", "COPY pages pages", "COPY tests tests", "COPY README.md .").copies).toEqual({
      pages: "/app/pages",
    });
  });

  it("lie where they lie today, outside the working directory too, but for the system's folders", () => {
    const { copies, plan } = copiesOf("WORKDIR /app", "COPY pages/ /pages", "COPY shop /etc/shop");
    expect(copies).toEqual({ pages: "/pages" });
    const rendered = renderDockerfile(plan, [], service);
    expect(rendered).toContain("COPY pages /pages\n");
    expect(rendered).toContain("COPY --from=builder --chown=0:0 /pages /pages");
  });

  it.each([
    ["a folder whose content is copied", ["WORKDIR /app", "COPY src/ ./"]],
    ["a working directory inside what is copied", ["WORKDIR /app", "COPY . .", "WORKDIR /app/src"]],
    ["a folder that a variable names as well", ["WORKDIR /app", "COPY src/ ./", "ENV PYTHONPATH=/app/src"]],
    ["a variable", ["ENV HOME_OF_APP=/srv/web", "WORKDIR $HOME_OF_APP", "COPY src $HOME_OF_APP"]],
  ])("lie in the working directory where that holds %s", (_, lines) => {
    const { copies, plan } = copiesOf(...lines);
    const { workdir } = plan.image;
    expect(copies).toEqual({ "src/main.py": `${workdir}/main.py`, "src/jobs": `${workdir}/jobs` });
    const rendered = renderDockerfile(plan, [], service);
    expect(rendered).toContain(`COPY src/main.py ${workdir}/`);
    expect(rendered).toContain(`COPY src/jobs ${workdir}/jobs`);
    expect(rendered).toContain(`COPY --from=builder --chown=0:0 ${workdir}/main.py ${workdir}/`);
    // Without it every start would compile a module that is copied alone.
    expect(rendered).toContain(`COPY --from=builder --chown=0:0 ${workdir}/__pycache__ ${workdir}/__pycache__`);
  });

  it("move with a working directory that nobody set", () => {
    const { copies, plan } = copiesOf("COPY shop shop", "COPY pages /pages", "COPY src/main.py ./");
    expect(plan.image.workdir).toBe("/app");
    expect(copies).toEqual({ shop: "/app/shop", pages: "/pages", "src/main.py": "/app/main.py" });
  });

  it("are followed through a stage that copied them first", () => {
    const text = `FROM python:3.13-slim AS build
WORKDIR /build
COPY pages pages
FROM python:3.13-slim
WORKDIR /app
COPY --from=build /build/pages /app/pages
CMD ["uvicorn", "main:app"]
`;
    const { copies } = makePlan(facts(service, {}, text)).image;
    expect(copies.map(({ from, to }) => [from, to])).toEqual([["pages", "/app/pages"]]);
  });
});
