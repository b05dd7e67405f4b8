import type { JudgedSide } from "./subject.ts";

interface Figure {
  readonly unit: string;
  /** Undefined when it was not measured. */
  read(side: JudgedSide, other: JudgedSide | undefined): number | undefined;
}

type Bytes = "bytes" | "contentBytes";
const megabytes = (key: Bytes): Figure => ({
  unit: "MB",
  read: ({ image }) => scaled(image?.[key], 1e6),
});

/** Only the reworked side has a reduction: `other` is today's. */
const reduction = (key: Bytes): Figure => ({
  unit: "%",
  read({ image }, other) {
    const before = other?.image?.[key];
    const after = image?.[key];
    return before === undefined || before === 0 || after === undefined ? undefined : (1 - after / before) * 100;
  },
});

const build = (kind: "cold" | "warm" | "sourceEdit" | "lockEdit"): Figure => ({
  unit: "s",
  read: ({ builds }) => scaled(builds[kind], 1000),
});

const measured = (check: string): Figure => ({
  unit: "s",
  read: ({ checks }) => scaled(checks.find(({ id }) => id === check)?.measured?.value, 1000),
});

/** Measured outside the image, by the side's figures: a test run of the same Dockerfile, for example. */
const given = (name: string, unit: string): Figure => ({ unit, read: ({ figures }) => figures[name]?.value });

export const figures: Readonly<Record<string, Figure>> = {
  sizeReductionPercent: reduction("bytes"),
  contentReductionPercent: reduction("contentBytes"),
  sizeMegabytes: megabytes("bytes"),
  contentMegabytes: megabytes("contentBytes"),
  coldBuildSeconds: build("cold"),
  warmBuildSeconds: build("warm"),
  sourceEditSeconds: build("sourceEdit"),
  lockEditSeconds: build("lockEdit"),
  startSeconds: measured("start-time"),
  /** The median of stops with nothing beside them; where there is none, the one stop that the check saw. */
  stopSeconds: {
    unit: "s",
    read: (side, other) =>
      scaled(side.figures["stopIdle"]?.value, 1000) ?? measured("stops-when-idle").read(side, other),
  },
  /** Packed, as the registry sends it. */
  pushedMegabytes: {
    unit: "MB",
    read: ({ checks }) => scaled(checks.find(({ id }) => id === "pushed-and-pulled")?.measured?.value, 1e6),
  },
  layers: { unit: "", read: ({ image }) => image?.layers.length },
  testPassPercent: given("testPassPercent", "%"),
  testCoveragePercent: given("testCoveragePercent", "%"),
  lintFindings: given("lintFindings", ""),
};

const scaled = (value: number | undefined, by: number): number | undefined =>
  value === undefined ? undefined : value / by;
