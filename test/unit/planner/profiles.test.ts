import { describe, expect, it } from "vitest";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { renderFiles } from "../../../src/planner/render.ts";
import { parseDockerfile } from "../../../src/dockerfile/parse.ts";
import { profiles } from "../../../src/profiles/index.gen.ts";
import { readIgnore } from "../../../src/dockerfile/ignore.ts";
import type { Pin } from "../../../src/model/types.ts";
import { rules } from "../../../src/rules/index.gen.ts";
import { facts, pins } from "./sample.ts";

describe.each(profiles.map((profile) => [profile.id, profile] as const))("%s", (_id, profile) => {
  const given = {
    ...facts({
      programs: [{ program: "git", confidence: "certain", evidence: { file: "app/main.py", line: 3, text: "" } }],
    }),
    profile,
  };
  const text = renderFiles({ plan: makePlan(given), pins: [], service: given.service, existing: {} })[0]?.content ?? "";

  it("gives a Dockerfile without problems", () => {
    expect(parseDockerfile("Dockerfile.prod", text).problems).toEqual([]);
    expect(text).toMatchSnapshot();
  });

  it("has nothing that a rule would report", () => {
    const plan = makePlan(given);
    const named = [plan.image.base.image, plan.image.uv.image].map((image) => ({ ...(pins[0] as Pin), image }));
    const files = renderFiles({ plan, pins: named, service: given.service, existing: {} });
    const [dockerfile, ignore] = files;
    const input = {
      dockerfile: parseDockerfile("Dockerfile.prod", dockerfile?.content ?? ""),
      service: given.service,
      ignore: readIgnore(ignore?.content ?? ""),
    };
    expect(rules.flatMap((rule) => [...rule.check(input)].map((finding) => `${rule.id}: ${finding.message}`))).toEqual(
      [],
    );
  });

  it("leaves no package lists behind", () => {
    const installs = text.split("\nRUN ").filter((run) => /apt-get install|dnf install/.test(run));
    expect(installs.length).toBeGreaterThan(0);
    expect(installs.filter((run) => !/rm -rf \/var\/(lib\/apt\/lists|cache\/dnf)/.test(run))).toEqual([]);
  });

  it("makes a user without a login shell and without a date", () => {
    expect(text).toMatch(/SOURCE_DATE_EPOCH=0 useradd .*--shell \S+\/nologin app/);
  });

  it("knows where each of its Pythons lies", () => {
    for (const python of profile.pythons) {
      expect(profile.image(python)).toMatch(/^[\w./-]+:[\w.-]+$/);
      expect(profile.interpreter(python)).toMatch(/^\/usr\//);
      expect(profile.standardLibrary(python)).toContain(python);
    }
  });
});

describe("amazonlinux2023", () => {
  const profile = profiles.find((one) => one.id === "amazonlinux2023");
  it("never installs curl over curl-minimal", () => {
    expect(profile?.packageFor("curl", "runtime")).toEqual([]);
    expect(profile?.programs).toContain("curl");
  });
  it("says what does not exist there", () => expect(profile?.packageFor("ffmpeg", "runtime")).toBeUndefined());
  it("calls Python by its full name", () => {
    expect(profile?.interpreter("3.11")).toBe("/usr/bin/python3.11");
    expect(profile?.installPython("3.11", ["git-core", "shadow-utils"])).toContain(
      " git-core python3.11 shadow-utils ",
    );
  });
});
