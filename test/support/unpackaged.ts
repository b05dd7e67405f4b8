import type { Fact, Service } from "../../src/model/types.ts";

const fact = <T>(value: T): Fact<T> => ({ value, confidence: "certain", evidence: [] });

/** A service that is started from its folder, as most are. */
export const unpackaged: Service["packaging"] = {
  kind: fact("unpackaged"),
  buildBackend: undefined,
  layout: "flat",
  importPackages: ["app"],
  metadataFiles: [],
  consoleScripts: {},
  readsOwnVersion: fact(false),
  looksUpFromFile: fact(false),
  versionFromGit: fact(false),
};
