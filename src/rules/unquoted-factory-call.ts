import { literal, replace } from "./queries/fixes.ts";
import { shellProblems } from "../dockerfile/shell.ts";
import { changed, healthy, startLine } from "./queries/example.ts";
import { startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const unquotedFactoryCall: Rule = {
  id: "unquoted-factory-call",
  title: "A shell cannot read the command",
  why: "Parentheses of a factory call mean something to the shell: `sh: syntax error near unexpected token '('`, exit code 2. benchling-webhook's deployment was rolled back for it, after a test that did not start the command had passed.",
  source: "benchling-webhook 30bc868 and fc66f06; trap T4",
  severity: "error",
  confidence: "certain",
  advice: "Quote the call, `'src.app:create_app()'`, or use the exec form.",
  aliases: [],
  since: "0.1.0",
  fixes: "quotes the call.",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      changed([startLine, "CMD gunicorn --bind 0.0.0.0:8000 app.main:create_app()\n"]),
      changed([startLine, 'CMD ["sh", "-c", "exec gunicorn -b 0.0.0.0:$PORT app.main:create_app()"]\n']),
    ],
    good: [
      healthy,
      changed([startLine, "CMD exec gunicorn --bind 0.0.0.0:8000 'app.main:create_app()'\n"]),
      changed([startLine, 'CMD ["gunicorn", "app.main:create_app()"]\n']),
    ],
  },
  *check({ dockerfile }) {
    const start = startOf(dockerfile);
    if (start?.script === undefined) return;
    const call = /(?<!['"\w])[\w.]+:\w+\([^'"]*\)/.exec(start.script)?.[0];
    if (call !== undefined && !new RegExp(`['"][^'"]*${call.replaceAll(/[.()]/g, String.raw`\$&`)}`).test(start.script))
      yield {
        message: `The shell reads ${call} as syntax and stops.`,
        where: at(dockerfile, start.instruction),
        ...replace(dockerfile, start.instruction, literal(call), `'${call}'`),
      };
    else if (shellProblems(start.script).length > 0)
      yield {
        message: `A shell cannot read \`${start.script}\`: ${shellProblems(start.script)[0]?.message ?? ""}.`,
        where: at(dockerfile, start.instruction),
      };
  },
};
