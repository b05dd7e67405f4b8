import { literal } from "../kit/pattern.ts";
import { replace } from "./queries/fixes.ts";
import { changed, depending, healthy, startLine } from "./queries/example.ts";
import { unquotedCall } from "./queries/sh-scripts.ts";
import { startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const unquotedFactoryCall: Rule = {
  id: "unquoted-factory-call",
  title: "The shell reads the call of a factory as syntax",
  why: "Parentheses of a factory call mean something to the shell: `sh: syntax error near unexpected token '('`, exit code 2. benchling-webhook's deployment was rolled back for it, after a test that did not start the command had passed.",
  source: "benchling-webhook 30bc868 and fc66f06",
  demand: "found-when-started",
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
      {
        ...changed([
          startLine,
          'CMD ["sh", "-c", "exec gunicorn -k uvicorn_worker.UvicornWorker -b 0.0.0.0:$PORT app.main:create_app()"]\n',
        ]),
        ...depending("gunicorn 23.0.0", "uvicorn-worker 0.4.0"),
      },
    ],
    good: [
      healthy,
      {
        ...changed([
          startLine,
          "CMD exec gunicorn -k uvicorn_worker.UvicornWorker --bind 0.0.0.0:8000 'app.main:create_app()'\n",
        ]),
        ...depending("gunicorn 23.0.0", "uvicorn-worker 0.4.0"),
      },
      changed([startLine, 'CMD ["gunicorn", "app.main:create_app()"]\n']),
    ],
  },
  *check({ dockerfile }) {
    const start = startOf(dockerfile);
    const call = unquotedCall(start?.script ?? "");
    if (start === undefined || call === undefined) return;
    yield {
      message: `The shell reads ${call} as syntax and stops.`,
      where: at(dockerfile, start.instruction),
      ...replace(dockerfile, start.instruction, literal(call), `'${call}'`),
    };
  },
};
