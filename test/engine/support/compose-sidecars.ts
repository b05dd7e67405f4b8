import { judge } from "../../../src/checks/check.ts";
import { rolesRun } from "../../../src/checks/roles-run.ts";
import { sidecarsReady } from "../../../src/checks/sidecars-ready.ts";
import { exampleContract } from "../../../src/checks/support/examples.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import type { Image, Service, Verdict } from "../../../src/model/types.ts";
import { roles } from "../../../src/probes/roles.ts";
import { besideCompose } from "../../faults/beside.ts";
import { soon } from "../engine-fixture.ts";

/** What the sidecars below are started from. */
export const SIDECAR_IMAGES = ["postgres:17", "redis:7"];

const reaches = (host: string, port: number) => `import socket; socket.create_connection(('${host}', ${port}), 5)`;
const COMPOSE = `services:
  web:
    build: .
    depends_on: { migrate: { condition: service_completed_successfully } }
  migrate:
    build: .
    command: ["python3", "-c", "${reaches("db", 5432)}; ${reaches("cache", 6379)}"]
    depends_on: { db: { condition: service_healthy }, cache: { condition: service_started } }
  worker:
    build: .
    command: ["python3", "-c", "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit()); signal.pause()"]
    restart: always
    depends_on: [cache]
  db:
    image: postgres:17
    environment: { POSTGRES_USER: shop, POSTGRES_PASSWORD: pw, POSTGRES_DB: shop }
    healthcheck: { test: [CMD, pg_isready, -U, shop] }
  cache:
    image: redis:7
`;

/** A database by its healthcheck and its own word, a cache by its port, a migration that reaches both, and a worker. */
export async function besideDatabase(
  engine: Engine,
  image: Image,
  place: { readonly runId: string; readonly directory: string },
): Promise<readonly Verdict[]> {
  const service = { files: [], routes: [] } as unknown as Service;
  const facts = { service, contract: exampleContract };
  const asked = { engine, image, build: undefined, evidenceDirectory: place.directory, shared: {}, signal: soon() };
  await using beside = await besideCompose({ ...facts, ...asked }, COMPOSE, place);
  const value = await roles.collect(beside.context);
  return [sidecarsReady, rolesRun].map((check) =>
    judge(check, { status: "seen", value, milliseconds: 0 }, { ...facts, side: "after", before: undefined }),
  );
}
