import type { BrowserUse } from "../model/types.ts";
import { calledName, evidenceOf, type PythonFile, type PythonSources } from "./python-source.ts";
import type { Call } from "./python-tree.ts";

const LIBRARIES = ["playwright", "patchright", "selenium", "undetected_chromedriver"];

/**
 * Browsers that the code opens in its own container. A program of its own choice (`executable_path`, `channel`,
 * `binary_location`) may be anywhere; and where the code can also ask a browser of another machine, it may never open one.
 */
export function readBrowsers(sources: PythonSources): readonly BrowserUse[] {
  const files = sources.withAny(...LIBRARIES);
  if (files.some((file) => file.calls.some((call) => ELSEWHERE.test(calledName(file, call))))) return [];
  return files.flatMap((file) => {
    if (file.assignments.some(({ target }) => target?.endsWith("binary_location") === true)) return [];
    return file.calls.flatMap((call) => useIn(file, call) ?? []);
  });
}

/** `p.chromium.connect_over_cdp(…)`, `webdriver.Remote(…)`. */
const ELSEWHERE = /(?:^|\.)(?:connect_over_cdp|Remote)$|\.(?:chromium|firefox|webkit)\.connect$/;

function useIn(file: PythonFile, call: Call): BrowserUse | undefined {
  const opened = openedBy(file, calledName(file, call));
  if (opened === undefined || ["executable_path", "channel"].some((key) => call.keywords.has(key))) return undefined;
  // `**options` may say where the browser is.
  if ([...call.keywords.keys()].some((key) => key.startsWith("**"))) return undefined;
  return { ...opened, evidence: evidenceOf(file, call) };
}

const LAUNCHES = /(?:^|\.)(chromium|firefox|webkit)\.launch(?:_persistent_context)?$/;
const DRIVERS = /^(selenium)\.webdriver\.(Chrome|Firefox|Edge)$|^(undetected_chromedriver)\.(Chrome)$/;

function openedBy(file: PythonFile, name: string): Pick<BrowserUse, "browser" | "through"> | undefined {
  const [, driver, browser, other, chrome] = DRIVERS.exec(name) ?? [];
  const library = driver ?? other;
  if (library !== undefined)
    return { browser: browserOf(browser ?? chrome ?? ""), through: library.replaceAll("_", "-") };
  const launched = LAUNCHES.exec(name)?.[1];
  const through = ["playwright", "patchright"].find((one) =>
    [...file.imports.values()].some((imported) => imported === one || imported.startsWith(`${one}.`)),
  );
  return launched === undefined || through === undefined ? undefined : { browser: browserOf(launched), through };
}

const BROWSERS = ["chromium", "chrome", "firefox", "webkit", "edge"] as const;

const browserOf = (name: string): BrowserUse["browser"] =>
  BROWSERS.find((one) => one === name.toLowerCase()) ?? "chromium";
