import type { Check } from "../../../src/checks/check.ts";
import { exampleContract } from "../../../src/checks/support/examples.ts";
import type { ConnectedEngine } from "../../../src/engine/engine.ts";
import type { Contract, Image, Service, Verdict } from "../../../src/model/types.ts";
import type { Probe } from "../../../src/probes/probe.ts";
import { buildFolder, soon } from "../engine-fixture.ts";

/** Checks of one image, each on what its probe saw just now. */
export interface Proof {
  of<Data>(check: Check<Data>, probe: Probe<Data>): Promise<Verdict>;
  /** Several checks on what one probe saw, once. */
  each<Data>(checks: readonly Check<Data>[], probe: Probe<Data>): Promise<readonly Verdict[]>;
}

interface Case {
  readonly engine: ConnectedEngine;
  readonly files: Readonly<Record<string, string>>;
  readonly contract?: Partial<Contract>;
  readonly routes?: readonly { readonly method: string; readonly path: string }[];
  /** Before the image is built, in its folder. */
  readonly prepare?: (folder: string) => Promise<void>;
}

/** Builds an image of these files, with the machine's CA bundle as the secret `ca-bundle`, and removes it after the proof. */
export async function withImage<Told>(
  { engine, files, contract: more = {}, routes = [], prepare }: Case,
  prove: (proof: Proof) => Promise<Told>,
): Promise<Told> {
  await using folder = await buildFolder(files);
  await prepare?.(folder.path);
  const ca = process.env["SEAWORTHY_CA"];
  const request = folder.request({ secrets: ca === undefined ? {} : { "ca-bundle": ca } });
  const image: Image = (await engine.build(request)).image;
  await using _ = { [Symbol.asyncDispose]: () => engine.removeImage(request.tag) };
  const contract = { ...exampleContract, signals: { stop: "SIGTERM", graceSeconds: 8 }, ...more };
  const service = { routes, frameworks: [] } as unknown as Service;
  const common = { engine, image, service, contract, build: undefined, evidenceDirectory: folder.path, quick: true };
  const shared = {};
  const collect = <Data>(probe: Probe<Data>) => probe.collect({ ...common, shared, signal: soon() });
  const judge = <Data>(check: Check<Data>, data: Data) =>
    check.judge(data, { contract, service, side: "after", before: undefined });
  return await prove({
    of: async (check, probe) => judge(check, await collect(probe)),
    async each(checks, probe) {
      const data = await collect(probe);
      return checks.map((check) => judge(check, data));
    },
  });
}

/** A step that installs from PyPI, behind a company's proxy as well. */
export const pipInstall = (...packages: readonly string[]): string => `RUN --mount=type=secret,id=ca-bundle \\
    if [ -s /run/secrets/ca-bundle ]; then export PIP_CERT=/run/secrets/ca-bundle; fi \\
    && pip install --no-cache-dir --disable-pip-version-check --root-user-action ignore ${packages.join(" ")}
`;
