import { expect, it } from "vitest";
import { commandsGiven } from "../../src/dockerfile/shell.ts";

const given = (script: string, words: readonly string[], environment?: Readonly<Record<string, string>>) =>
  commandsGiven(script, words, environment && new Map(Object.entries(environment))).map((one) => one.words.join(" "));

const BY_CASE =
  'case "$1" in\n  web | "serve") migrate && exec gunicorn a:b -b "0.0.0.0:${PORT:-8000}" ;;\n  work*) exec celery worker "${@:2}" ;;\n  *) exec "$@" ;;\nesac\necho never\n';

it.each([
  ["web", "migrate|exec gunicorn a:b -b 0.0.0.0:${PORT:-8000}"],
  ["serve", "migrate|exec gunicorn a:b -b 0.0.0.0:${PORT:-8000}"],
  ["worker -c 2", "exec celery worker -c 2"],
  ["python -m app", "exec python -m app"],
])("goes into the branch of case that it is given: %s", (words, expected) =>
  expect(given(BY_CASE, words.split(" "))).toEqual(expected.split("|")),
);

it.each([
  ['if [ "$1" = "web" ]; then\n  exec serve\nelse\n  exec work\nfi', "web", "exec serve"],
  ['if [ "$1" = "web" ]; then\n  exec serve\nelse\n  exec work\nfi', "other", "exec work"],
  ['ROLE="${1:-web}"\nshift || true\nif [[ "$ROLE" == web ]]; then exec serve "$@"; fi', "web --x", "exec serve --x"],
  ['ROLE="${1:-web}"\nif [[ $ROLE == web && -n "$1" ]]; then exec serve; fi\nexec work', "", "exec work"],
  ['[ "$1" = web ] && exec serve\nexec work', "web", "exec serve"],
  ['[ "$1" = web ] && exec serve\nexec work', "no", "exec work"],
  ['test "$1" != web || exec serve\nexec work', "web", "exec serve"],
  ['if [ $# -eq 0 ]; then exec serve; fi\nexec "$@"', "", "exec serve"],
  ['if [ "${1:0:1}" = "-" ]; then set -- serve "$@"; fi\nexec "$@"', "--port 1", "exec serve --port 1"],
  ['if [ "${1#-}" != "$1" ]; then set -- serve "$@"; fi\nexec "$@"', "-p 1", "exec serve -p 1"],
  ['web() {\n  echo go\n  exec serve "$1"\n}\nwork() { exec work; }\n"$1" x', "web", "web x"],
  ['web() {\n  echo go\n  exec serve "$1"\n}\ncase $1 in web) web y ;; esac', "web", "echo go|exec serve y"],
  ['note() { echo "$1"; return 0; }\nnote a\nexec serve', "", "echo a|exec serve"],
  ['APP=svc.main:app\nexec serve "$APP" --port $PORT', "", "exec serve svc.main:app --port $PORT"],
  ['PORT="${PORT:-9090}"\nexec serve --port "$PORT"', "", "exec serve --port ${PORT:-9090}"],
  ["while ! nc -z db 5432; do sleep 1; done\nexec serve", "", "sleep 1|exec serve"],
])("%s, given %s", (script, words, expected) =>
  expect(
    given(
      script,
      words.split(" ").filter((word) => word !== ""),
    ),
  ).toEqual(expected.split("|")),
);

it("goes through both branches where only the container knows", () => {
  expect(given('if [ -n "$DEBUG" ]; then exec debug; else exec serve; fi\nexec last', [])).toEqual([
    "exec debug",
    "exec serve",
    "exec last",
  ]);
  expect(given("if which x; then exec a; fi\nexec b", [])).toEqual(["exec a", "exec b"]);
  expect(given("case $MODE in a) exec a ;; b) exec b ;; esac", [])).toEqual(["exec a", "exec b"]);
});

it("takes a variable that the image does not set for unset, where its environment is known", () => {
  const script =
    'if [ -n "$DEBUG" ]; then exec debug; fi\ncase "${MODE:-web}" in web) exec serve ;; *) exec work ;; esac';
  expect(given(script, [], {})).toEqual(["exec serve"]);
  expect(given(script, [], { MODE: "worker" })).toEqual(["exec work"]);
  expect(given(script, [], { DEBUG: "1" })).toEqual(["exec debug"]);
});

it("ends at a function that calls itself, and at nesting", () => {
  expect(given("f() { f; }\nf\nexec serve", [])).toEqual(["exec serve"]);
  expect(given("f() { f; f; f; }\nf", [])).toEqual([]);
  expect(() => given(`${"if true; then ".repeat(5000)}x${"; fi".repeat(5000)}`, [])).not.toThrow();
});

it("takes no longer for a pattern of many stars", () => {
  const script = `case "$X" in\n  ${"*a".repeat(14)}*b) exec one ;;\n  ${"*a".repeat(14)}*) exec two ;;\nesac`;
  expect(given(script, [], { X: "a".repeat(3000) })).toEqual(["exec two"]);
});
