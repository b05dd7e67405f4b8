/** Fills variables into texts as Compose does: `$NAME`, `${NAME}`, `${NAME:-default}`, `-`, `:?`, `?`, `:+`, `+`, `$$`. */

export interface Variables {
  /** Undefined for one that is not set. */
  valueOf(name: string): string | undefined;
  /** The value of one that is not set and has no default. */
  standIn(name: string): string;
}

const NAME = /^[A-Za-z_]\w*/;

/** Every text of a value, however deep. */
export function interpolated(value: unknown, variables: Variables): unknown {
  if (typeof value === "string") return interpolate(value, variables);
  if (Array.isArray(value)) return value.map((one) => interpolated(one, variables));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, interpolated(inner, variables)]));
}

export function interpolate(text: string, variables: Variables): string {
  let result = "";
  let at = 0;
  for (;;) {
    const dollar = text.indexOf("$", at);
    if (dollar < 0) return result + text.slice(at);
    result += text.slice(at, dollar);
    const rest = text.slice(dollar + 1);
    const name = NAME.exec(rest)?.[0];
    const end = rest.startsWith("{") ? closing(text, dollar + 1) : -1;
    if (rest.startsWith("$")) {
      result += "$";
      at = dollar + 2;
    } else if (name !== undefined) {
      result += plain(name, variables);
      at = dollar + 1 + name.length;
    } else if (end > 0) {
      result += braced(text.slice(dollar + 2, end), variables);
      at = end + 1;
    } else {
      // Compose refuses it; here it stands for itself.
      result += "$";
      at = dollar + 1;
    }
  }
}

/** A value of an env file, in which Compose knows the lines above. */
export const filledFromAbove = (value: string, above: ReadonlyMap<string, string>): string =>
  interpolate(value, { valueOf: (name) => above.get(name), standIn: () => "" });

const plain = (name: string, variables: Variables): string => variables.valueOf(name) ?? variables.standIn(name);

/** The place of the bracket that ends the one at `open`, with those of inner variables in between. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === "{" && (at === open || text[at - 1] === "$")) depth += 1;
    else if (text[at] === "}") depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

function braced(inner: string, variables: Variables): string {
  const name = NAME.exec(inner)?.[0] ?? "";
  const [operator = ""] = /^:?[-?+]/.exec(inner.slice(name.length)) ?? [];
  const word = inner.slice(name.length + operator.length);
  const value = variables.valueOf(name);
  const isSet = value !== undefined && (value !== "" || !operator.startsWith(":"));
  if (operator.endsWith("+")) return isSet ? interpolate(word, variables) : "";
  if (isSet) return value;
  if (operator.endsWith("-")) return interpolate(word, variables);
  return variables.standIn(name);
}
