import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { PackageURL } from "packageurl-js";
import { describe, expect, it } from "vitest";
import { licenceChoices } from "../../src/reporters/sbom/licences.ts";
import { sbomBefore } from "../../src/reporters/sbom-before.ts";
import { sbom } from "../../src/reporters/sbom.ts";
import { sampleReport } from "../golden/sample-report.ts";

interface Bill {
  readonly serialNumber: string;
  readonly components: ReadonlyArray<{
    readonly type: string;
    readonly "bom-ref": string;
    readonly name: string;
    readonly purl?: string;
    readonly licenses?: readonly unknown[];
    readonly components?: ReadonlyArray<{ readonly name: string; readonly hashes: readonly { content: string }[] }>;
  }>;
}
const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
const billOf = async (report: typeof sampleReport = sampleReport) => JSON.parse(await sbom.render(report)) as Bill;

it.each([
  ["the reworked image", sbom],
  ["today's image", sbomBefore],
])("is valid CycloneDX 1.6 for %s, and the same twice", async (_, reporter) => {
  const text = await reporter.render(sampleReport);
  expect(await validator.validate(text)).toBeNull();
  expect(await reporter.render(structuredClone(sampleReport))).toBe(text);
});

it("is valid for an image that was never walked, and does not claim to be complete", async () => {
  const { contents: _, image: __, ...after } = sampleReport.after;
  const text = await sbom.render({ ...sampleReport, after: { ...after, image: undefined } });
  expect(await validator.validate(text)).toBeNull();
  expect(text).toContain('"aggregate": "unknown"');
});

it("would be refused by the schema when it were wrong", async () => {
  const text = (await sbom.render(sampleReport)).replace('"type": "library"', '"type": "package"');
  expect(await validator.validate(text)).not.toBeNull();
});

it("holds every package of both kinds, with a purl that can be read back, licence and hash", async () => {
  const { components } = await billOf();
  const packages = components.filter(({ type }) => type === "library");
  expect(packages).toHaveLength(sampleReport.after.contents?.packages.length ?? -1);
  expect(new Set(components.map((one) => one["bom-ref"])).size).toBe(components.length);
  const [ssl, botocore, fastapi, , glibc] = packages;
  expect(PackageURL.fromString(ssl?.purl ?? "")).toMatchObject({
    type: "deb",
    namespace: "debian",
    name: "libssl3t64",
    version: "3.5.1-1",
    qualifiers: { arch: "amd64", distro: "debian-13" },
  });
  expect(ssl?.components?.[0]?.hashes).toEqual([{ alg: "SHA-256", content: "a".repeat(64) }]);
  expect(fastapi?.purl).toBe("pkg:pypi/fastapi@0.116.1");
  expect(fastapi?.licenses).toEqual([{ expression: "MIT OR Apache-2.0" }]);
  expect(botocore?.licenses).toEqual([{ license: { name: "LicenseRef-own | <b>" } }]);
  expect(PackageURL.fromString(glibc?.purl ?? "")).toMatchObject({
    version: "2.34-1.amzn2023",
    qualifiers: { epoch: "1" },
  });
});

it("has another serial number for each image", async () => {
  const { serialNumber } = await billOf();
  expect(serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect((JSON.parse(await sbomBefore.render(sampleReport)) as Bill).serialNumber).not.toBe(serialNumber);
});

describe("licences", () => {
  it.each([
    [["MIT License"], [{ license: { id: "MIT" } }]],
    [["MIT"], [{ license: { id: "MIT" } }]],
    [["MIT AND (Apache-2.0 OR BSD-3-Clause)"], [{ expression: "MIT AND (Apache-2.0 OR BSD-3-Clause)" }]],
    [["BSD License"], [{ license: { name: "BSD License" } }]],
    [["LicenseRef-in-its-files"], [{ expression: "LicenseRef-in-its-files" }]],
    [
      ["MIT", "Apache-2.0 OR MIT"],
      [{ license: { id: "MIT" } }, { license: { name: "Apache-2.0 OR MIT" } }],
    ],
    [["GPL-2.0+"], [{ expression: "GPL-2.0+" }]],
    [[], []],
  ])("%j are told as SPDX has them", (declared, choices) => {
    expect(licenceChoices(declared)).toEqual(choices);
  });
});
