import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

type Options = Readonly<
  Record<string, { readonly type: "boolean" | "string"; readonly default?: string; readonly short?: string }>
>;
type Value<One> = One extends { readonly type: "boolean" }
  ? boolean | undefined
  : One extends { readonly default: string }
    ? string
    : string | undefined;
interface Given<Known> {
  readonly values: { readonly [Name in keyof Known]: Value<Known[Name]> };
  readonly positionals: readonly string[];
}

/**
 * The arguments of a script of ours. `--help` prints what stands at the top of the script, and an argument that it does
 * not know is named: neither goes on.
 * @param script its `import.meta.url`.
 * @param words what may be given without a dash: these, any, or nothing.
 */
export function argumentsOf<const Known extends Options>(
  script: string,
  options: Known,
  words: readonly string[] | "any" = [],
): Given<Known> {
  try {
    const all: Options = { ...options, help: { type: "boolean", short: "h" } };
    const { values, positionals } = parseArgs({ options: all, allowPositionals: true });
    if (values["help"] === true) {
      process.stdout.write(usageOf(script));
      process.exit(0);
    }
    const stray = words === "any" ? undefined : positionals.find((word) => !words.includes(word));
    if (stray === undefined) return { values: values as Given<Known>["values"], positionals };
    return refuse(script, `it knows no \`${stray}\``);
  } catch (error) {
    if (!(error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS")))
      throw error;
    // What else could have been meant is Node's guess, and wrong here.
    return refuse(script, error.message.split(". ")[0] ?? "");
  }
}

/** A number that an option was given; with anything else the script ends. */
export function countOf(script: string, option: string, text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  return refuse(script, `--${option} takes a number from 1 on, not \`${text}\``);
}

/** Says what is wrong with what was given, and how the script is used. */
export function refuse(script: string, why: string): never {
  process.stderr.write(`${basename(fileURLToPath(script))}: ${why}\n\n${usageOf(script)}`);
  process.exit(2);
}

/** The first comment of the script. */
function usageOf(script: string): string {
  const [, comment = ""] = /\/\*\*([\s\S]*?)\*\//.exec(readFileSync(fileURLToPath(script), "utf8")) ?? [];
  return `${comment.replaceAll(/^ *\* ?/gm, "").trim()}\n`;
}
