import { stopAnswersInFlight } from "../../../src/checks/stop-answers-in-flight.ts";
import type { ConnectedEngine } from "../../../src/engine/engine.ts";
import type { Contract, Verdict } from "../../../src/model/types.ts";
import { drain } from "../../../src/probes/drain.ts";
import { BASE } from "../engine-fixture.ts";
import { pipInstall, withImage } from "./proof.ts";

interface Program {
  /** In Python; it serves at port 8000. */
  readonly app: string;
  readonly packages?: readonly string[];
  readonly contract?: Partial<Contract>;
  readonly routes?: readonly { readonly method: string; readonly path: string }[];
}

/** What is said of the image of one program that is stopped with a request in flight. */
export function drainVerdict(engine: ConnectedEngine, { app, packages = [], ...more }: Program): Promise<Verdict> {
  const install = packages.length === 0 ? "" : pipInstall(...packages);
  const files = {
    Dockerfile: `FROM ${BASE}\n${install}COPY app.py /\nUSER 1001:1001\nCMD ["python3", "-u", "/app.py"]\n`,
    "app.py": app,
  };
  return withImage({ engine, files, ...more }, (proof) => proof.of(stopAnswersInFlight, drain));
}
