import { nameOf } from "./start.ts";

/** What an array starts: the words of an ENTRYPOINT before it, and from `own` on those of the instruction itself. */
export interface Vector {
  readonly words: readonly string[];
  readonly own: number;
}

interface Problem {
  readonly word: string;
  readonly message: string;
}

/** The first of its words that only a shell would read as it is meant. */
export function arrayProblem(vector: Vector): Problem | undefined {
  const { words, own } = vector;
  const shell = words.findIndex((word, index) => SHELL.test(word) && /^-\w*c\w*$/.test(words[index + 1] ?? ""));
  if (shell >= 0) return operatorIn({ words, own: Math.max(own, shell + 3) }, SCRIPT_ALONE);
  if (words.some((word) => READS_ITSELF.test(nameOf(word)))) return undefined;
  return (own === 0 ? programProblem(words) : undefined) ?? operatorIn(vector, NO_SHELL) ?? variableIn(vector);
}

const SHELL = /^(?:\/(?:usr\/)?bin\/)?(?:ba|da|a|z|k)?sh$/;
const NO_SHELL = "goes to the program as it stands: no shell reads a JSON array";
const SCRIPT_ALONE = "is no part of what the shell reads: that is the one word behind `-c`";

/** Programs that read operators or variables themselves, or start what does. */
const READS_ITSELF =
  /^(?:find|fd|expr|test|\[|g?awk|jq|sed|e?grep|parallel|printf|echo|xargs|watch|envsubst|dockerize|uwsgi|circusd|supervisord|make|honcho|foreman)$/;

const BUILTINS = new Set(["exec", "source", ".", "export", "eval", "set"]);
const PROGRAM =
  /^(?:\/\S+\/)?(?:python[\d.]*|uv|uvicorn|gunicorn|hypercorn|granian|flask|fastapi|celery|poetry|alembic|sh|bash|curl|wget)$/;

function programProblem(words: readonly string[]): Problem | undefined {
  const [word = ""] = words;
  const message = (what: string): Problem => ({
    word,
    message: `The program that is started is called \`${word}\`: ${what}.`,
  });
  if (BUILTINS.has(word)) return message("only a shell knows that word");
  if (/^[A-Za-z_]\w*=/.test(word)) return message("only a shell sets a variable so");
  if (/^CMD(?:-SHELL)?$/.test(word)) return message("Compose's arrays begin so, a Dockerfile's do not");
  const [first, ...others] = word.trim().split(/\s+/);
  if (others.length > 0 && (words.length === 1 || PROGRAM.test(first ?? "")))
    return message("the whole text is one word, so one name");
  return undefined;
}

const OPERATOR = /^(?:&&|\|\||\|&?|;|&|[12&]?>{1,2}|<|[12]?>&[12]|[12&]?>{1,2}\/dev\/null)$/;

function operatorIn({ words, own }: Vector, what: string): Problem | undefined {
  const word = words.find(
    (one, index) => index >= Math.max(own, 1) && OPERATOR.test(one) && !isValue(one, words[index - 1] ?? ""),
  );
  return word === undefined ? undefined : { word, message: `\`${word}\` ${what}.` };
}

/** `--separator |` may mean what it says. */
const isValue = (word: string, before: string): boolean => /^[|;<>&]$/.test(word) && before.startsWith("-");

const VARIABLE =
  /(?:^|[=:/@.,-])(?:\$(?:[A-Z_][A-Z0-9_]*|\{[A-Za-z_]\w*(?::?[-+?=][^{}]*)?\}|\([^()]+\))|`[^`]+`)(?=$|[:/.,-])/;

function variableIn({ words, own }: Vector): Problem | undefined {
  const word = words.find(
    (one, index) => index >= own && !/\s(?![^(]*\))/.test(one) && VARIABLE.test(one) && words[index - 1] !== "-c",
  );
  return word === undefined ? undefined : { word, message: `\`${word}\` ${NO_SHELL}, and nothing stands in for it.` };
}
