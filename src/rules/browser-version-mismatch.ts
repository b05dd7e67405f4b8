import { baseOf } from "./queries/base.ts";
import { healthy, healthyFile, healthyWith, project, slim } from "./queries/example.ts";
import { rootImage } from "./queries/settings.ts";
import { at, shippedStage } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const locked = (version: string): string =>
  healthyFile("uv.lock", [
    '[[package]]\nname = "pytest"',
    `[[package]]\nname = "playwright"\nversion = "${version}"\nsource = { registry = "https://index.example/simple" }\nwheels = [{ url = "https://index.example/playwright-${version}-py3-none-any.whl" }]\n\n[[package]]\nname = "pytest"`,
  ]);
const onPlaywright = (version: string): Readonly<Record<string, string>> =>
  project({
    Dockerfile: healthyWith([`FROM ${slim}\n`, "FROM mcr.microsoft.com/playwright/python:v1.48.0-noble\n"]),
    "uv.lock": locked(version),
  });

export const browserVersionMismatch: Rule = {
  id: "browser-version-mismatch",
  title: "The base's browsers are for another release of Playwright",
  why: "Each release of Playwright opens the browsers of its own build number and no others. With the base of one release and the package of another, the first page ends with `Executable doesn't exist`; the start is green.",
  source: "parkon-bot: base v1.48, package not pinned",
  demand: "found-when-started",
  severity: "error",
  confidence: "certain",
  advice: "Take the base with the tag of the locked version, and change both together.",
  aliases: [],
  since: "0.1.0",
  provenBy: [],
  examples: { bad: [onPlaywright("1.55.0")], good: [healthy, onPlaywright("1.48.0")] },
  *check({ dockerfile, service }) {
    const stage = shippedStage(dockerfile);
    if (!stage) return;
    const { name, tag = "" } = baseOf(rootImage(dockerfile, stage));
    const release = /^v?(\d+\.\d+)/.exec(tag)?.[1];
    const version = service.lock?.packages.find((one) => one.name === "playwright")?.version;
    if (name !== "playwright/python" || release === undefined || version === undefined) return;
    if (version.startsWith(`${release}.`)) return;
    yield {
      message: `The base brings the browsers of Playwright ${release}, and the lock has playwright ${version}.`,
      where: at(dockerfile, stage.from),
    };
  },
};
