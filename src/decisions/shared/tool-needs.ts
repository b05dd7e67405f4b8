import type { Service } from "../../model/types.ts";
import { has, type Need } from "./needs.ts";
import { places } from "./say.ts";

/** Files that tools beside the server read, of the project and of the members of a workspace that stand for it. */
export function* toolNeeds(service: Service): Generator<Need> {
  yield* toolNeedsIn(service, "");
  for (const { path } of service.dependencies.members?.members ?? []) yield* toolNeedsIn(service, `${path}/`);
}

/** @param folder Empty for the top, else with a slash at its end. */
function* toolNeedsIn(service: Service, folder: string): Generator<Need> {
  const [manage, alembic, gunicorn] = ["manage.py", "alembic.ini", "gunicorn.conf.py"].map((name) => folder + name);
  const hasCommands = ["django", "flask"].some((name) => service.dependencies.runtimeClosure.includes(name));
  if (hasCommands && manage !== undefined && has(service, manage))
    yield {
      path: manage,
      why: "migrations and other tasks run from the same image, with another command",
      evidence: [`${manage}:1`],
    };
  if (service.dependencies.runtimeClosure.includes("alembic") && alembic !== undefined && has(service, alembic)) {
    const migrate = service.starts.find((start) => start.role === "migrate" || start.argv.includes("alembic"));
    const evidence = migrate === undefined ? [`${alembic}:1`] : places(migrate.evidence);
    const why = "migrations run from the same image, with another command";
    yield { path: alembic, why, evidence };
    for (const name of ["alembic", "migrations"])
      if (has(service, `${folder}${name}/env.py`)) yield { path: folder + name, why, evidence };
  }
  if (service.server.value === "gunicorn" && gunicorn !== undefined && has(service, gunicorn))
    yield {
      path: gunicorn,
      why: "gunicorn reads it from its working directory without being told",
      evidence: [`${gunicorn}:1`],
    };
}
