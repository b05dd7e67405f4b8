/** What stands for a port that the text does not tell: a variable of a shell, a place that Python fills in. */
const TOLD_ELSEWHERE = String.raw`\$\{?\w+[^/}]*\}?|\{[^{}\n]*\}|%[sd]|(?=["'\x60\\])`;

const LOCAL = new RegExp(
  String.raw`https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::(\d+|${TOLD_ELSEWHERE}))?(\/[^\s'"\x60\\?#),;|&]*)?`,
);

/** The first address of this machine in a text: `http://127.0.0.1:8000/health`. The port is undefined where a variable says it. */
export function localUrl(text: string): { readonly port: string | undefined; readonly path: string } | undefined {
  const match = LOCAL.exec(text);
  if (!match) return undefined;
  const [, port, path = "/"] = match;
  if (port !== undefined && !/^\d+$/.test(port)) return { port: undefined, path };
  return { port: port ?? (match[0].startsWith("https") ? "443" : "80"), path };
}
