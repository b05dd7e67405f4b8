import { formatMilliseconds } from "../../kit/units.ts";
import type { Verdict } from "../../model/types.ts";
import type { Drain } from "../../probes/support/drain.ts";
import { exitProblem } from "./exit.ts";
import { fail, pass, unproven } from "./verdicts.ts";

export const exampleDrain: Drain = {
  rung: "half-sent body",
  request: "POST /login, half of its body sent",
  expected: 422,
  answer: { status: 422, complete: true, bytes: 120, ended: "closed" },
  signal: "SIGTERM",
  exitMs: 1400,
  exit: { code: 0, oomKilled: false, finishedAt: 0 },
  graceSeconds: 30,
  serverSeconds: 25,
  busy: false,
  newConnections: [
    { milliseconds: 1, became: "answered" },
    { milliseconds: 51, became: "answered" },
    { milliseconds: 101, became: "refused" },
  ],
  log: [],
};

const dropped: Drain["answer"] = { status: 0, complete: false, bytes: 0, ended: "closed" };
const slow = { request: "GET /__seaworthy/slow, 2 s long", expected: 200 };

/** What the checks about a request in flight must say, whoever is process 1. */
export const drainExamples: ReadonlyArray<{
  readonly name: string;
  readonly data: Drain;
  readonly status: Verdict["status"];
  readonly says?: string;
}> = [
  { name: "answered, exit 0", data: exampleDrain, status: "pass" },
  {
    name: "answered, exit 143",
    data: { ...exampleDrain, exit: { code: 143, oomKilled: false, finishedAt: 0 } },
    status: "pass",
  },
  {
    name: "dropped, exit 0",
    data: { ...exampleDrain, answer: { status: 0, complete: false, bytes: 0, ended: "reset" } },
    status: "fail",
  },
  {
    name: "answered with 500",
    data: { ...exampleDrain, answer: { ...exampleDrain.answer, status: 500 } },
    status: "fail",
  },
  {
    name: "never begun, as HTTP/2 can tell",
    data: { ...exampleDrain, answer: { status: 0, complete: false, bytes: 0, ended: "refused" } },
    status: "unproven",
  },
  {
    name: "a call of gRPC, answered",
    data: {
      ...exampleDrain,
      expected: 200,
      answer: { status: 200, grpcStatus: 0, complete: true, bytes: 9, ended: "closed" },
    },
    status: "pass",
  },
  {
    name: "a call of gRPC, called off by the server",
    data: {
      ...exampleDrain,
      expected: 200,
      answer: { status: 503, grpcStatus: 14, complete: true, bytes: 0, ended: "closed" },
    },
    status: "fail",
  },
  { name: "answered over both protocols", data: { ...exampleDrain, second: exampleDrain }, status: "pass" },
  { name: "answered, and none held over HTTP/2", data: { ...exampleDrain, second: "none held" }, status: "pass" },
  {
    name: "dropped where its body is still coming, and answered where it is not",
    data: {
      ...exampleDrain,
      answer: dropped,
      whole: { ...slow, answer: { status: 200, complete: true, bytes: 2, ended: "open" } },
    },
    status: "fail",
    says: "only those are lost whose body is still coming",
  },
  {
    name: "dropped in both ways",
    data: {
      ...exampleDrain,
      answer: dropped,
      whole: { ...slow, answer: dropped },
    },
    status: "fail",
    says: "So was GET /__seaworthy/slow",
  },
  {
    name: "answered over HTTP/1.1, dropped over HTTP/2",
    data: {
      ...exampleDrain,
      second: { ...exampleDrain, answer: { status: 0, complete: false, bytes: 0, ended: "reset" } },
    },
    status: "fail",
  },
  {
    name: "held at a sidecar, and answered",
    data: { ...exampleDrain, rung: "held sidecar", request: "GET /items, held on its way to a sidecar" },
    status: "pass",
  },
  { name: "answered, exit too late", data: { ...exampleDrain, exitMs: 31_000 }, status: "fail" },
  {
    name: "answered, late on a busy machine",
    data: { ...exampleDrain, exitMs: 31_000, busy: true },
    status: "unproven",
  },
  { name: "answered, never exits", data: { ...exampleDrain, exit: undefined, exitMs: undefined }, status: "fail" },
];

/** Whether what was in flight was answered as it always is, and the service then ended cleanly and in time. */
export function judgeDrain(drain: Drain): Verdict {
  const { signal, exitMs, exit, graceSeconds, busy, waited } = drain;
  const second = drain.second === "none held" ? undefined : drain.second;
  const requests =
    second === undefined
      ? [{ ...drain, by: "" }]
      : [
          { ...drain, by: " over HTTP/1.1" },
          { ...second, by: " over HTTP/2" },
        ];
  const problems = requests.flatMap(
    (one) => requestProblem({ ...one, rung: drain.rung, signal, whole: drain.whole }) ?? [],
  );
  const lost = problems.find(({ status }) => status === "fail") ?? problems[0];
  if (lost !== undefined) return lost;
  const ending = { signal, exit, milliseconds: exitMs, graceSeconds, busy, ...waited };
  const problem = exitProblem(ending, "The request in flight was answered, but");
  if (problem !== undefined) return problem;
  const took = `exit ${exit?.code} after ${formatMilliseconds(exitMs ?? 0)}`;
  const what = `${drain.request} (${drain.rung})`;
  if (second !== undefined)
    return pass(
      `After ${signal} both requests in flight were answered whole, over HTTP/1.1 with ${inWords(drain.answer)} and over HTTP/2 with ${inWords(second.answer)}; ${took}: ${what}.`,
    );
  const rest =
    drain.second === "none held" ? " It also speaks HTTP/2 on this port, over which no request could be held." : "";
  return pass(
    `After ${signal} the request in flight was answered whole with ${inWords(drain.answer)}; ${took}: ${what}.${rest}`,
  );
}

type Held = Pick<Drain, "rung" | "request" | "expected" | "answer" | "signal"> & {
  readonly whole: Drain["whole"];
  /** By which protocol, where there are two. */
  readonly by: string;
};

/** Undefined when the request was answered as it always is. */
function requestProblem({ rung, request, expected, answer, signal, whole, by }: Held): Verdict | undefined {
  const what = `${request} (${rung})`;
  if (answer.ended === "refused")
    return unproven(
      `After ${signal} the server told over HTTP/2 that it had not begun with the request, so its client may send it again elsewhere: nothing was in flight. ${what}. Name a route that takes some seconds under \`drain\`.`,
    );
  if (!answer.complete)
    return fail(
      `After ${signal} the request in flight${by} was dropped: ${what}; connection ${answer.ended}.${besides(whole)}`,
    );
  if (answer.status === expected) return undefined;
  return fail(
    `After ${signal} the request in flight${by} was answered with ${inWords(answer)} instead of ${answer.grpcStatus === undefined ? expected : 0}: ${what}.`,
  );
}

/** What became of a request that was not waiting for its body. */
function besides(whole: Drain["whole"]): string {
  if (whole === undefined) return "";
  if (!whole.answer.complete || whole.answer.status !== whole.expected) return ` So was ${whole.request}.`;
  return ` ${whole.request}, which it had as a whole, was answered: only those are lost whose body is still coming. Where nobody sends large bodies, name a slow route under \`drain\` in seaworthy.yaml.`;
}

const inWords = ({ status, grpcStatus }: Drain["answer"]): string =>
  grpcStatus === undefined ? String(status) : `gRPC status ${grpcStatus}`;
