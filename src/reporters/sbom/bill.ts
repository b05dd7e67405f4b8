import { createHash } from "node:crypto";
import { PackageURL } from "packageurl-js";
import type { Contents, InstalledPackage, OperatingSystem, Report, Side } from "../../model/types.ts";
import { type LicenceChoice, licenceChoices } from "./licences.ts";

/** CycloneDX 1.6, as far as it is used here. */
interface Component {
  readonly type: "library" | "container" | "operating-system" | "file" | "application";
  readonly "bom-ref"?: string;
  readonly name: string;
  readonly version?: string;
  readonly purl?: string;
  readonly licenses?: readonly LicenceChoice[];
  readonly hashes?: ReadonlyArray<{ readonly alg: "SHA-256"; readonly content: string }>;
  readonly properties?: ReadonlyArray<{ readonly name: string; readonly value: string }>;
  readonly components?: readonly Component[];
}

/** The bill of one side's image. The same report gives the same bytes. */
export function billOfMaterials({ tool, run, service }: Report, side: Side): string {
  const { image, contents } = side;
  const bill = {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(`${run.id} ${side.label} ${image?.id ?? ""}`)}`,
    version: 1,
    metadata: {
      timestamp: run.startedAt,
      lifecycles: [{ phase: "post-build" }],
      tools: { components: [{ type: "application", name: tool.name, version: tool.version } satisfies Component] },
      component: {
        type: "container",
        "bom-ref": "image",
        name: service.name,
        ...(image === undefined ? {} : { version: image.id, hashes: hashesOf(image.id.replace(/^sha256:/, "")) }),
      } satisfies Component,
    },
    components: contents === undefined ? [] : componentsOf(contents),
    // Without it a reader may take the list for complete: the image did not build, or was not walked.
    compositions: [{ aggregate: contents === undefined ? "unknown" : "incomplete", assemblies: ["image"] }],
  };
  return `${JSON.stringify(bill, null, 2)}\n`;
}

function componentsOf({ system, packages }: Contents): readonly Component[] {
  const base: readonly Component[] =
    system === undefined
      ? []
      : [{ type: "operating-system", "bom-ref": "os", name: system.id, version: system.version }];
  const seen = new Map<string, number>();
  return [
    ...base,
    ...packages.map((one): Component => {
      const component = componentOf(one, system);
      const ref = component["bom-ref"] ?? "";
      const again = (seen.get(ref) ?? 0) + 1;
      seen.set(ref, again);
      // One distribution can be installed twice, in an environment and beside it.
      return again === 1 ? component : { ...component, "bom-ref": `${ref}#${again}` };
    }),
  ];
}

function componentOf(one: InstalledPackage, system: OperatingSystem | undefined): Component {
  const purl = purlOf(one, system);
  const licenses = licenceChoices(one.licences);
  const properties = [
    { name: "seaworthy:bytes", value: String(one.bytes) },
    ...(one.direct === undefined ? [] : [{ name: "seaworthy:direct", value: one.direct }]),
    ...(one.outsideEnvironment === undefined ? [] : [{ name: "seaworthy:outside-environment", value: "true" }]),
  ];
  return {
    type: "library",
    "bom-ref": purl,
    name: one.name,
    ...(one.version === "" ? {} : { version: one.version }),
    purl,
    ...(licenses.length === 0 ? {} : { licenses }),
    properties,
    // The list of the package's files with their digests, as its installer wrote it: its hash stands for all of them.
    ...(one.record === undefined
      ? {}
      : { components: [{ type: "file", name: one.record.path, hashes: hashesOf(one.record.sha256) }] }),
  };
}

/** The vendor that a kind of package belongs to: the distribution's id, which package URLs want as their namespace. */
function purlOf(one: InstalledPackage, system: OperatingSystem | undefined): string {
  if (one.kind === "pypi") return new PackageURL("pypi", undefined, one.name, one.version || undefined).toString();
  const epoch = one.kind === "rpm" ? /^(\d+):/.exec(one.version)?.[1] : undefined;
  const qualifiers = {
    ...(one.architecture === undefined ? {} : { arch: one.architecture }),
    ...(system === undefined ? {} : { distro: `${system.id}-${system.version}` }),
    ...(epoch === undefined ? {} : { epoch }),
  };
  const version = epoch === undefined ? one.version : one.version.slice(epoch.length + 1);
  return new PackageURL(one.kind, system?.id ?? KINDS[one.kind], one.name, version, qualifiers).toString();
}

const KINDS = { deb: "debian", apk: "alpine", rpm: "fedora" } as const;

const hashesOf = (content: string): NonNullable<Component["hashes"]> =>
  /^[0-9a-f]{64}$/.test(content) ? [{ alg: "SHA-256", content }] : [];

/** A name-based UUID: version 5's layout over SHA-256. */
function uuidOf(name: string): string {
  const digits = createHash("sha256").update(name).digest("hex");
  const variant = ((Number.parseInt(digits[16] ?? "0", 16) & 0x3) | 0x8).toString(16);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-8${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}
