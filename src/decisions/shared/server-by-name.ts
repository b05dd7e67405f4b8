import { UserError } from "../../kit/errors.ts";
import type { Application, Framework, Service } from "../../model/types.ts";
import { objectOf } from "./server.ts";

/** Requests that one gunicorn worker answers side by side: Flask's own server starts a thread for each. */
const THREADS = "8";

interface Known {
  /** gunicorn's own workers speak WSGI, uvicorn speaks ASGI. */
  readonly frameworks: ReadonlySet<Framework>;
  readonly argv: (application: Application) => readonly string[];
}

const KNOWN: Readonly<Record<string, Known>> = {
  gunicorn: {
    frameworks: new Set<Framework>(["flask", "django"]),
    argv: (application) => [
      "gunicorn",
      application.factory ? `${objectOf(application)}()` : objectOf(application),
      "--threads",
      THREADS,
    ],
  },
  uvicorn: {
    frameworks: new Set<Framework>(["fastapi", "starlette"]),
    argv: (application) => ["uvicorn", objectOf(application), ...(application.factory ? ["--factory"] : [])],
  },
};

/**
 * The command of a server that the team names, on the service's application object.
 * @throws UserError `config/bad-value` when the server is unknown, not in the lock or not for this framework, or when
 *         no application object was found.
 */
export function argvOfServer(name: string, service: Service): readonly string[] {
  const known = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
  if (known === undefined)
    throw refused(`there is no server \`${name}\``, `Name ${Object.keys(KNOWN).join(" or ")}, or give the whole list.`);
  if (!service.dependencies.runtimeClosure.includes(name))
    throw refused(`\`${name}\` is not in the lock`, "Dependencies are never added: add it to pyproject.toml and lock.");
  const application = service.application?.value;
  if (application === undefined)
    throw refused("no application object was found", "Give the whole command as a list, with the object's name.");
  if (!known.frameworks.has(service.framework.value))
    throw refused(
      `\`${name}\` cannot serve ${service.framework.value} by itself`,
      "Give the whole command as a list, with its worker class.",
    );
  return known.argv(application);
}

const refused = (why: string, hint: string): UserError =>
  new UserError("config/bad-value", `The configuration sets \`command\`, and ${why}`, { hint });
