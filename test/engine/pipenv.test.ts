import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import {
  DEVELOPMENT,
  dockerfileOf,
  indexOfPip,
  INSTALLED_AS_LOCKED,
  PRODUCTION,
  verified,
} from "./support/locked-service.ts";

const sourceOf = (index: string) => ({ name: "pypi", url: index, verify_ssl: true });

/** Pipenv takes the digest of what Python writes as compact JSON with sorted keys. */
const digestOf = (index: string): string =>
  createHash("sha256")
    .update(
      `{"_meta":{"requires":{"python_version":"3.13"},"sources":[${JSON.stringify(sourceOf(index))}]},"default":{"uvicorn":"==0.38.0"},"develop":{"iniconfig":"==2.3.0"}}`,
    )
    .digest("hex");

const locked = ({ version, sha256 }: { readonly version: string; readonly sha256: string }) => ({
  hashes: [`sha256:${sha256}`],
  version: `==${version}`,
});

const lockOf = (index: string): string =>
  JSON.stringify({
    _meta: {
      hash: { sha256: digestOf(index) },
      "pipfile-spec": 6,
      requires: { python_version: "3.13" },
      sources: [sourceOf(index)],
    },
    default: Object.fromEntries(PRODUCTION.map((one) => [one.name, locked(one)])),
    develop: { [DEVELOPMENT.name]: locked(DEVELOPMENT) },
  });

const pipfileOf = (index: string): string => `[[source]]
name = "pypi"
url = "${index}"
verify_ssl = true

[packages]
uvicorn = "==0.38.0"

[dev-packages]
iniconfig = "==2.3.0"

[requires]
python_version = "3.13"
`;

it("builds what Pipenv locked with Pipenv, and ships neither Pipenv nor what is for development", async () => {
  const index = await indexOfPip();
  const { failing, statuses } = await verified({
    Pipfile: pipfileOf(index),
    "Pipfile.lock": lockOf(index),
    Dockerfile: dockerfileOf("pipenv", "pipenv install --system --dev"),
  });
  expect(failing).toEqual([]);
  expect(statuses).toMatchObject(INSTALLED_AS_LOCKED);
});
