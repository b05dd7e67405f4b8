import type { StartUp } from "../../probes/start-up.ts";
import type { Contract } from "../../model/types.ts";

const NOT_KNOWN = "which is all that can be asked of a service whose health path nobody names";

/** What the health path answered, for a reader: what was asked, where it led, and how it was spoken to. */
export function answeredInWords({ path, answer }: Pick<StartUp, "path" | "answer">, contract: Contract): string {
  const over = answer?.over === undefined ? "" : ` over ${answer.over}`;
  if (answer?.over?.startsWith("gRPC") === true)
    return answer.status === 200
      ? `The health service said SERVING${over},`
      : `It answered${over}, which is all that can be asked of a server without grpc.health.v1.Health,`;
  if (answer?.elsewhere !== undefined)
    return `${path} led to ${answer.elsewhere}${over}, which Kubernetes takes for healthy and a load balancer that wants 200 does not: name a path that answers itself as \`decisions: { health: /path }\`. It did so`;
  const led = answer === undefined || answer.path === path ? "" : ` led to ${answer.path}, which`;
  if (contract.health === undefined) return `${path}${led} was answered below 500${over}, ${NOT_KNOWN},`;
  const as =
    answer?.host === undefined
      ? ""
      : `, asked as ${answer.host}: by its address, by which Kubernetes and load balancers ask, it answers 400,`;
  return `${path}${led} answered well${over}${as}`;
}
