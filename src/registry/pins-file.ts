import { type TomlError, parse } from "smol-toml";
import * as z from "zod";
import { UserError } from "../kit/errors.ts";
import type { Pin } from "../model/types.ts";

/** Name of the file, in the service's folder; it is meant to be committed. */
export const PINS_FILE = "seaworthy.lock";

const entrySchema = z.strictObject({
  name: z.string().min(1),
  platform: z.string().regex(/^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9]+)?$/, "is not like `linux/amd64`"),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, "is not `sha256:` and 64 hexadecimal digits"),
  "media-type": z.string().optional(),
  "resolved-at": z.iso.datetime({ error: "is not a date like `2026-11-21T09:30:00.000Z`" }),
  source: z.string().min(1),
  "stand-in": z.string().optional(),
});
const fileSchema = z.strictObject({
  version: z.literal(1, { error: "is not 1, the only version this seaworthy reads" }),
  image: z.array(entrySchema).default([]),
});

const HEADER = `# The digests of the base images; commit it. To renew them: \`seaworthy DIR --renew-pins\`, then \`seaworthy apply DIR\`.
version = 1
`;

/**
 * The text of `seaworthy.lock`: same pins, same bytes. An image whose digest has not changed since `previous` keeps its
 * date and source, so that looking again changes nothing. Images without a digest are named in comments.
 */
export function renderPins(pins: readonly Pin[], previous: readonly Pin[] = []): string {
  const blocks = pins
    .toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
    .map((pin) => {
      const old = previous.find((other) => order(other) === order(pin) && other.digest === pin.digest);
      return renderPin({ ...pin, resolvedAt: old?.resolvedAt ?? pin.resolvedAt, from: old?.from ?? pin.from });
    });
  return [HEADER, ...blocks].join("\n");
}

const order = (pin: Pin): string => `${pin.image}\0${pin.platform}`;

function renderPin(pin: Pin): string {
  if (pin.digest === undefined || pin.resolvedAt === undefined)
    return `# ${oneLine(pin.image)} for ${pin.platform}: ${oneLine(pin.problem ?? "unpinned")}\n`;
  const fields: ReadonlyArray<readonly [string, string | undefined]> = [
    ["name", pin.image],
    ["platform", pin.platform],
    ["digest", pin.digest],
    ["media-type", pin.mediaType],
    ["resolved-at", pin.resolvedAt],
    ["source", pin.from],
    ["stand-in", pin.standIn],
  ];
  const lines = fields.flatMap(([key, value]) => (value === undefined ? [] : [`${key} = ${JSON.stringify(value)}`]));
  return ["[[image]]", ...lines, ""].join("\n");
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ");

/**
 * Reads `seaworthy.lock` back; an empty text holds no pins.
 * @throws UserError `registry/bad-lock` with the line of the first thing that is wrong.
 */
export function readPins(text: string, file: string = PINS_FILE): readonly Pin[] {
  const bad = (why: string, line: number, cause?: unknown) =>
    new UserError("registry/bad-lock", `${file} cannot be read: ${why}`, {
      hint: "Mend the line, or delete the file, run `seaworthy DIR --renew-pins`, then `seaworthy apply DIR`.",
      where: { file, line },
      cause,
    });
  if (text.trim() === "") return [];
  let data: unknown;
  try {
    data = parse(text);
  } catch (cause) {
    const { line, message } = cause as TomlError;
    throw bad(message.split("\n")[0] ?? "it is not TOML", line, cause);
  }
  const parsed = fileSchema.safeParse(data);
  if (parsed.success) return parsed.data.image.map(pinOf);
  const [issue] = parsed.error.issues;
  throw bad(
    `${issue?.path.at(-1)?.toString() ?? "it"} ${issue?.message ?? "is wrong"}`,
    lineOf(text, issue?.path ?? []),
  );
}

function pinOf(entry: z.infer<typeof entrySchema>): Pin {
  const mediaType = entry["media-type"];
  const standIn = entry["stand-in"];
  return {
    image: entry.name,
    digest: entry.digest,
    platform: entry.platform,
    resolvedAt: entry["resolved-at"],
    from: entry.source,
    ...(mediaType === undefined ? {} : { mediaType }),
    ...(standIn === undefined ? {} : { standIn }),
  };
}

/** The line of a field: the n-th `[[image]]`, then the key below it; the table's own line when the key is missing. */
function lineOf(text: string, path: readonly PropertyKey[]): number {
  const lines = text.split("\n");
  const tables = lines.flatMap((line, index) => (/^\s*\[\[\s*image\s*\]\]/.test(line) ? [index] : []));
  const nth = typeof path[1] === "number" ? path[1] : undefined;
  const start = nth === undefined ? 0 : (tables[nth] ?? 0);
  const end = nth === undefined ? (tables[0] ?? lines.length) : (tables[nth + 1] ?? lines.length);
  const key = String(path.at(-1) ?? "");
  const found = lines.slice(start, end).findIndex((line) => line.trimStart().replace(/^"/, "").startsWith(key));
  return start + Math.max(found, 0) + 1;
}
