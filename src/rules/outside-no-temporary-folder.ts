import { stageState } from "../dockerfile/stages.ts";
import { ownContainers } from "./queries/containers.ts";
import { healthyDockerfile, healthyWith, project } from "./queries/example.ts";
import { situationAt } from "./queries/settings.ts";
import { shippedStage } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const exporting =
  'import tempfile\n\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get("/health")\ndef health() -> dict[str, str]:\n    return {"status": "ok"}\n\n\n@app.get("/export")\ndef export() -> str:\n    with tempfile.NamedTemporaryFile() as file:\n        return file.name\n';
const compose = (more = "") => ({
  "app/main.py": exporting,
  "compose.yaml": `services:\n  api:\n    build: .\n    read_only: true\n${more}`,
});
const pod = (more = "", image = "registry.example/reactions:1.4.0") => ({
  "app/main.py": exporting,
  "deploy/api.yaml": `apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: api\n      image: ${image}\n      securityContext: { readOnlyRootFilesystem: true }\n${more}`,
});

export const outsideNoTemporaryFolder: Rule = {
  id: "outside-no-temporary-folder",
  title: "With a read-only root, Compose or Kubernetes gives no folder for temporary files",
  why: "`tempfile` finds nothing in /tmp, /var/tmp and the working directory: the service starts, stays healthy, and fails at the first request that needs a file.",
  source: "Incident of 2025-11-18 at benchling-webhook, on other platforms",
  demand: "read-only-root",
  severity: "error",
  confidence: "likely",
  advice: "Give it one: `tmpfs: [/tmp]` in Compose, an `emptyDir` mounted at /tmp in Kubernetes.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["read-only-root", "writable-paths-declared"],
  examples: {
    bad: [
      project({ Dockerfile: healthyDockerfile, ...compose() }),
      project({ Dockerfile: healthyDockerfile, ...pod() }),
    ],
    good: [
      project({ Dockerfile: healthyDockerfile, ...compose("    tmpfs: [/tmp]\n") }),
      project({ Dockerfile: healthyDockerfile, ...compose('    tmpfs: ["/tmp:size=64m"]\n') }),
      project({ Dockerfile: healthyDockerfile, ...compose("    environment: { TMPDIR: /data }\n") }),
      project({
        Dockerfile: healthyDockerfile,
        ...pod("      volumeMounts:\n        - { name: tmp, mountPath: /tmp }\n"),
      }),
      project({ Dockerfile: healthyWith(["EXPOSE 8000", "VOLUME /tmp\nEXPOSE 8000"]), ...compose() }),
      project({ Dockerfile: healthyDockerfile, ...pod("", "registry.example/nginx:1.29") }),
      project({
        Dockerfile: healthyDockerfile,
        ...compose(),
        "app/main.py": exporting.replace(/with[^]*$/, "return ''\n"),
      }),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    const stage = shippedStage(dockerfile);
    const use = service.writes.find(({ path }) => /^\/tmp(?:\/|$)/.test(path));
    if (stage === undefined || use === undefined) return;
    if (situationAt(dockerfile, stage).env.has("TMPDIR")) return;
    const declared = stageState(dockerfile, stage).volumes.map(({ value }) => value);
    for (const { container, terms } of ownContainers(input)) {
      if (terms.readOnlyRoot === undefined || terms.moreVariables || "TMPDIR" in terms.variables) continue;
      if ([...declared, ...terms.writable].some((path) => /^\/(?:(?:var|usr)\/)?tmp\/?$/.test(path))) continue;
      yield {
        message: `${container} has a read-only root and no place for temporary files; the code uses them.`,
        where: terms.readOnlyRoot.evidence,
        related: [{ ...use.evidence, message: "temporary files" }],
      };
    }
  },
};
