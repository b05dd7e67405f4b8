import type { Evidence, Service } from "../../model/types.ts";

/** A program that the service needs when it runs, and why we believe so. */
export interface Need {
  readonly program: string;
  readonly because: string;
  readonly certain: boolean;
  /** The service looks whether it is there, or expects that it is not. */
  readonly optional: boolean;
  readonly evidence: Evidence | undefined;
}

/** Libraries that call a program and fail without it. */
const callers: Readonly<Record<string, string>> = {
  gitpython: "git",
  gitingest: "git",
  pdf2image: "pdftoppm",
  pytesseract: "tesseract",
  "ffmpeg-python": "ffmpeg",
  pydub: "ffmpeg",
  graphviz: "dot",
  "python-xmlsec1": "xmlsec1",
  pysaml2: "xmlsec1",
  djangosaml2: "xmlsec1",
};

export function programsNeeded(service: Service): readonly Need[] {
  const called = service.programs.map(({ program, through, confidence, evidence }) => ({
    program,
    because:
      through === undefined
        ? `${evidence.file} line ${evidence.line} calls it${confidence === "needs-proof" ? " where it is there" : ""}`
        : `${through} calls it`,
    certain: confidence === "certain",
    optional: confidence === "needs-proof",
    evidence,
  }));
  const byLibrary = service.dependencies.runtimeClosure.flatMap((name) => {
    const program = callers[name];
    if (program === undefined || called.some((need) => need.program === program)) return [];
    return [
      { program, because: `the dependency ${name} calls it`, certain: false, optional: false, evidence: undefined },
    ];
  });
  return [...called, ...byLibrary];
}
