import { baseOf } from "./queries/base.ts";
import { isNamedInside } from "./queries/containers.ts";
import { depending, healthy, healthyDockerfile, healthyWith, project, slim } from "./queries/example.ts";
import { rootImage } from "./queries/settings.ts";
import { canShip } from "./queries/shipped-files.ts";
import { at, reachableSteps, shippedStage } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const page = (launch: string): string =>
  `from playwright.async_api import async_playwright\n\n\nasync def title(url: str) -> str:\n    async with async_playwright() as p:\n        browser = await p.chromium.${launch}\n        page = await browser.new_page()\n        await page.goto(url)\n        return await page.title()\n`;
const opening = (Dockerfile: string, code = page("launch()"), packages = ["playwright 1.50.0"]) =>
  project({ ...depending(...packages), Dockerfile, "app/pages.py": code });
const driven = `from selenium import webdriver\n\n\ndef title(url: str) -> str:\n    driver = webdriver.Chrome()\n    driver.get(url)\n    return driver.title\n`;
const inShipped = (lines: string): string => healthyWith([`FROM ${slim}\nRUN`, `FROM ${slim}\n${lines}\nRUN`]);

export const browserNotInstalled: Rule = {
  id: "browser-not-installed",
  title: "The code opens a browser, and no step brings one",
  why: "The package of Playwright or Selenium holds no browser, and none of the libraries that one needs. Start and health checks are green; the first request that opens a page ends with `Executable doesn't exist`, or with `cannot open shared object file: libnss3.so`.",
  source: "Playwright's documentation: browsers; Selenium's documentation: Selenium Manager",
  demand: "found-when-started",
  severity: "error",
  confidence: "likely",
  advice:
    "Install the browser with its libraries in the shipped stage, as root: `ENV PLAYWRIGHT_BROWSERS_PATH=/opt/browsers` and `RUN playwright install --with-deps chromium`; for Selenium the packages chromium and chromium-driver. Or ask a browser in a container of its own.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["called-programs-present"],
  examples: {
    bad: [
      opening(healthyDockerfile),
      opening(healthyDockerfile, page("launch_persistent_context('/tmp/profile')")),
      opening(healthyDockerfile, driven, ["selenium 4.27.1"]),
      opening(inShipped("ENV PLAYWRIGHT_BROWSERS_PATH=/opt/browsers")),
    ],
    good: [
      healthy,
      opening(
        inShipped("ENV PLAYWRIGHT_BROWSERS_PATH=/opt/browsers\nRUN uvx playwright@1.50.0 install --with-deps chromium"),
      ),
      opening(inShipped("COPY --from=browsers /ms-playwright /ms-playwright")),
      opening(healthyDockerfile.replace(`FROM ${slim}\nRUN`, "FROM mcr.microsoft.com/playwright/python:v1.50.0\nRUN")),
      // Of another machine, or of a place that the code names.
      opening(healthyDockerfile, page("connect_over_cdp('http://browser:9222')")),
      opening(healthyDockerfile, page("launch(executable_path='/usr/bin/chromium')")),
      opening(healthyDockerfile, page("launch(channel='chrome')")),
      opening(healthyDockerfile, driven.replace("Chrome()", "Remote('http://browser:4444')"), ["selenium 4.27.1"]),
      opening(
        inShipped(
          "RUN apt-get update && apt-get install -y --no-install-recommends chromium chromium-driver && rm -rf /var/lib/apt/lists/*",
        ),
        driven,
        ["selenium 4.27.1"],
      ),
      // For tests, or brought at the start.
      project({
        ...depending("playwright 1.50.0"),
        Dockerfile: healthyDockerfile,
        "tests/test_pages.py": page("launch()"),
      }),
      opening(
        healthyDockerfile,
        `import subprocess\n\n${page("launch()")}\n\ndef prepare() -> None:\n    subprocess.run(["playwright", "install", "chromium"], check=True)\n`,
      ),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    const stage = shippedStage(dockerfile);
    const { runtimeClosure } = service.dependencies;
    const use = service.browsers?.find(
      ({ through, evidence }) => runtimeClosure.includes(through) && canShip(input, evidence.file),
    );
    if (stage === undefined || use === undefined || !isPlain(rootImage(dockerfile, stage))) return;
    const mayBring = reachableSteps(dockerfile).some(({ instruction: { keyword, args } }) =>
      keyword === "RUN" ? BRINGS.test(args) : /^(?:COPY|ADD)$/.test(keyword) && BROWSER.test(args),
    );
    if (mayBring || isNamedInside(input, AT_START)) return;
    const { browser, through, evidence } = use;
    yield {
      message: `${evidence.file} line ${evidence.line} opens ${browser} with ${through}, and no step brings a browser into the image.`,
      where: at(dockerfile, stage.from),
      related: [{ ...evidence, message: `opens ${browser}` }],
    };
  },
};

/** Python or a distribution, which come without one. */
function isPlain(image: string): boolean {
  const { name, short, unresolved } = baseOf(image);
  return !unresolved && (name === "python" || /^(?:debian|ubuntu|alpine|amazonlinux|uv)$/.test(short));
}

const BROWSER = /chrom(?:e|ium)|firefox|gecko|webkit|msedge|ms-playwright|browser/i;
/** By name, by a tool, or by a script that nobody reads. */
const BRINGS = new RegExp(
  String.raw`${BROWSER.source}|\b(?:playwright|patchright|camoufox|rebrowser)\S*\s+(?:install|fetch)|\b(?:npx|npm|make)\b|\.(?:sh|py)\b`,
  "i",
);
const AT_START = /\b(?:playwright|patchright)["',\s]+install|PLAYWRIGHT_(?:WS|CHROMIUM_EXECUTABLE)|binary_location/;
