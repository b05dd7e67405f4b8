import type { ImageConfig } from "../../model/types.ts";

/** Every text of an image's configuration, with the name of its place. All of them can be read by whoever pulls the image. */
export function placesOf(config: ImageConfig): ReadonlyArray<readonly [place: string, text: string]> {
  return [
    ...config.env.map((entry) => ["ENV", quoted(entry)] as const),
    ...config.history.map(({ createdBy }) => ["history", createdBy] as const),
    ...Object.entries(config.labels).map(([name, value]) => [`label ${name}`, quoted(`${name}=${value}`)] as const),
    ["command", [...config.entrypoint, ...config.command].join(" ")],
    // Its line of the history is not there where the image was squashed, or made by other tools.
    ["HEALTHCHECK", (config.healthcheck?.test ?? []).join(" ")],
  ];
}

/** `NAME=a value` with the value in quotes, so that its spaces do not end it. */
function quoted(entry: string): string {
  const [, name = "", value = ""] = /^([^=]*)=(.*)$/s.exec(entry) ?? [];
  return `${name.replace(/[^\w]/g, "_")}="${value.replaceAll('"', "").replaceAll("\n", " ")}"`;
}
