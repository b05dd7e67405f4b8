import type { Fact, Port } from "../model/types.ts";
import type { EnvSettings } from "./docker-facts.ts";
import { importsTornado } from "./framework.ts";
import { portOf } from "./port-number.ts";
import { evidenceOf, type PythonFile, type PythonSources } from "./python-source.ts";
import type { Call, Expression, Scope } from "./python-tree.ts";

/** Calls that listen, by the last part of their name, with the place of the port among their arguments. */
const LISTENING: Readonly<Record<string, (call: Call) => Expression | undefined>> = {
  run: byKeyword,
  run_app: byKeyword,
  run_simple: (call) => byKeyword(call) ?? call.args[1],
  make_server: (call) => byKeyword(call) ?? call.args[1],
  serve: byKeyword,
  launch: byKeyword,
  start: byKeyword,
  Config: byKeyword,
  Granian: byKeyword,
  TCPSite: (call) => byKeyword(call) ?? call.args[2],
  add_insecure_port: ({ args }) => args[0],
  add_secure_port: ({ args }) => args[0],
  HTTPServer: ofAddress,
  ThreadingHTTPServer: ofAddress,
  listen: (call) => call.keywords.get("port") ?? call.args[0],
};
const WORDS = [".run(", "run_app(", "run_simple(", "serve(", "launch(", "Config(", "Granian("];
const MORE_WORDS = [".start(", "bottle", "make_server(", "TCPSite(", "secure_port(", "HTTPServer(", ".listen("];

function byKeyword({ keywords }: Call): Expression | undefined {
  return keywords.get("port") ?? keywords.get("server_port");
}

/** `HTTPServer(("", 8000), Handler)`. */
function ofAddress({ args: [first] }: Call): Expression | undefined {
  return first?.kind === "list" ? first.items[1] : undefined;
}

/** The port that the service's own code listens on. */
export function portInCode(sources: PythonSources, env: EnvSettings): Fact<Port> | undefined {
  for (const file of sources.withAny(...WORDS, ...MORE_WORDS)) {
    for (const call of file.calls) {
      const name = lastName(call);
      // Of a socket it is how many may wait.
      if (name === "listen" && !importsTornado(file)) continue;
      if (isFastHtml(file, call)) return { value: FASTHTML, confidence: "likely", evidence: [evidenceOf(file, call)] };
      const written = Object.hasOwn(LISTENING, name) ? LISTENING[name]?.(call) : undefined;
      const value = written === undefined ? undefined : (asked(file, call.scope, written) ?? written);
      const port = value === undefined ? undefined : portOf(sources, file, value, env);
      if (port !== undefined) return { value: port, confidence: "likely", evidence: [evidenceOf(file, call)] };
    }
  }
  return undefined;
}

/** FastHTML's `serve()`, when it is not told where. */
const FASTHTML: Port = { number: 5001, variable: "PORT" };

const isFastHtml = (file: PythonFile, call: Call): boolean =>
  lastName(call) === "serve" && byKeyword(call) === undefined && /^from fasthtml\b/m.test(file.source.text);

/** `run` of `uvicorn.run(…)` and of `create_app().run(…)`. */
function lastName({ of }: Call): string {
  if (of.kind === "member") return of.name;
  return of.kind === "name" ? (of.path.split(".").at(-1) ?? "") : "";
}

/** What a command line's option is without being given: a parameter's default, click's, or argparse's. */
function asked(file: PythonFile, scope: Scope, written: Expression): Expression | undefined {
  if (written.kind !== "name") return undefined;
  const name = written.path.split(".").at(-1) ?? "";
  const option = (call: Call) => call.args.some((arg) => arg.kind === "text" && arg.value === `--${name}`);
  if (written.path === name && scope.parameters.has(name)) {
    const decorator = scope.decorators.find((each): each is Call => each.kind === "call" && option(each));
    const given = scope.parameters.get(name);
    return decorator?.keywords.get("default") ?? (given?.kind === "call" ? given.args[0] : given);
  }
  const argument = file.calls.find(
    (call) =>
      (lastName(call) === "add_argument" && option(call)) ||
      // tornado.options
      (lastName(call) === "define" && call.args[0]?.kind === "text" && call.args[0].value === name),
  );
  return written.path === name ? undefined : argument?.keywords.get("default");
}
