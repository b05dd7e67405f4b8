/** Loaded into a process before anything else: it says at its end how much memory it had at most. */
const CODE = `process.on("exit", () => process.stderr.write("peak memory " + process.resourceUsage().maxRSS + "\\n"));`;

export interface PeakMemory {
  readonly env: Readonly<Record<string, string>>;
  /** Of what the process wrote to stderr. */
  readonly bytesOf: (stderr: string) => number;
}

export const peakMemory = (): PeakMemory => ({
  env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(CODE)}` },
  bytesOf: (stderr) => Number(/peak memory (\d+)/.exec(stderr)?.[1]) * 1024,
});
