import { resolve } from "node:path";
import { UserError } from "../kit/errors.ts";
import { readText } from "../kit/files.ts";
import type { Contract, Expectation } from "../model/types.ts";
import { CONFIG_FILE } from "./config.ts";
import type { Session } from "./session.ts";

/** The contract with what the team says beside it: its slow route, its WebSocket and its checks in `seaworthy.yaml`, and
 * its container-structure-test files.
 * @throws UserError `config/invalid` with file and line, `config/no-structure-test`. */
export async function withExpectations(session: Session, planned: Contract): Promise<Contract> {
  const { config, options, folder } = session;
  const { drain, websocket } = config;
  const contract = {
    ...planned,
    ...(drain && { drain: { method: "GET", ...drain } }),
    ...(websocket && { websocket }),
  };
  const files = [
    ...config.structureTests.map((name) => ({ name, path: resolve(folder, name) })),
    ...(options.structureTests ?? []).map((name) => ({ name, path: resolve(name) })),
  ];
  if (config.checks.length + files.length === 0) return contract;
  const { expectationOf, identities } = await import("./config-expectations.ts");
  const identityOf = identities();
  const own = config.checks.map((written, index) => {
    const title = String(written["name"]);
    return expectationOf(written, {
      id: identityOf(title),
      title,
      where: `${CONFIG_FILE}:${config.checkLines[index]}`,
    });
  });
  const read: Expectation[] = [];
  const { readStructureTests } = await import("./structure-tests.ts");
  for (const { name, path } of files) {
    const text = await readText(path);
    if (text === undefined)
      throw new UserError("config/no-structure-test", `The container-structure-test file ${name} is not there`, {
        hint: "`structureTests` is relative to the service's folder, `--structure-test` to where you are.",
        where: { file: CONFIG_FILE },
      });
    read.push(...readStructureTests(text, name, identityOf));
  }
  return { ...contract, expectations: [...own, ...read] };
}
