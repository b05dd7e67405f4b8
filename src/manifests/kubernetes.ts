import type { Report } from "../model/types.ts";
import type { Manifest } from "./manifest.ts";
import { type Needs, needsOf } from "./support/needs.ts";
import { Proven } from "./support/proven.ts";
import { commented } from "./support/yaml.ts";

/** Endpoints need a moment to hear that the pod goes; until then they still send it requests. */
const PRE_STOP_SECONDS = 5;
const START_PERIOD_SECONDS = 2;

/** A Deployment and a Service that keep the restricted pod security standard. */
export const kubernetes: Manifest = {
  id: "kubernetes",
  title: "Kubernetes: a Deployment and its Service, by the restricted pod security standard",
  file: "kubernetes.yaml",
  render(report, options) {
    const { contract } = report;
    const serves = contract.kind === undefined;
    const needs = needsOf(report, options);
    const { name, folders } = needs;
    const proven = new Proven(report);
    const labels = { "app.kubernetes.io/name": name };
    const pod = {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: (serves ? PRE_STOP_SECONDS : 0) + contract.signals.graceSeconds,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: contract.uid,
        runAsGroup: contract.gid,
        fsGroup: contract.gid,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [containerOf(report, needs, proven)],
      ...(folders.length === 0 ? {} : { volumes: folders.map(({ volume }) => ({ name: volume, emptyDir: {} })) }),
    };
    proven.told("non-root", "numeric-user", "stops-when-idle", "stop-answers-in-flight");
    const deployment = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, labels },
      spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
    };
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, labels },
      spec: { selector: labels, ports: [{ name: "http", port: contract.port, targetPort: "http" }] },
    };
    return commented(report, serves ? [deployment, service] : [deployment], {
      fillIn: toFillIn(report, needs),
      open: proven.open(),
    });
  },
};

function containerOf(report: Report, needs: Needs, proven: Proven): Record<string, unknown> {
  const { contract, advice } = report;
  const { name, image, folders, variables, memoryMiB } = needs;
  const from = (kind: "secretKeyRef" | "configMapKeyRef") => (key: string) => ({
    name: key,
    valueFrom: { [kind]: { name, key } },
  });
  const env = [...variables.plain.map(from("configMapKeyRef")), ...variables.secret.map(from("secretKeyRef"))];
  const cpus = advice?.resources?.cpus;
  const memory = memoryMiB === undefined ? {} : { memory: `${memoryMiB}Mi` };
  const cpu = cpus === undefined ? {} : { cpu: `${Math.round(cpus * 1000)}m` };
  return {
    name,
    image,
    ...(contract.kind === undefined ? { ports: [{ name: "http", containerPort: contract.port }] } : {}),
    ...(env.length === 0 ? {} : { env }),
    ...(advice?.resources === undefined
      ? {}
      : { resources: { requests: { ...cpu, ...memory }, ...(memoryMiB === undefined ? {} : { limits: memory }) } }),
    ...(contract.kind === undefined ? asServer(report, proven) : {}),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: contract.readOnlyRoot && proven.by("read-only-root"),
      // The restricted standard asks for it; whether the image lives with it is said above.
      capabilities: proven.by("no-capabilities") ? { drop: ["ALL"] } : {},
    },
    ...(folders.length === 0
      ? {}
      : { volumeMounts: folders.map(({ path, volume }) => ({ name: volume, mountPath: path })) }),
  };
}

/** A worker has no port that a probe could ask, and nobody sends it requests while it stops. */
const asServer = (report: Report, proven: Proven): Record<string, unknown> => ({
  ...probesOf(report, proven),
  lifecycle: { preStop: { sleep: { seconds: PRE_STOP_SECONDS } } },
});

/** A service without a health path is asked for its port alone, and never killed for what nobody can ask. */
function probesOf({ contract, after }: Report, proven: Proven): Record<string, unknown> {
  proven.told("becomes-healthy", "start-time");
  const { health, limits } = contract;
  const own = after.buildSide?.image?.config.healthcheck?.test ?? [];
  const scheme = /\bHTTPSConnection\b|\bhttps:/.test(own.join(" ")) ? { scheme: "HTTPS" } : {};
  const asked =
    health === undefined
      ? { tcpSocket: { port: "http" } }
      : { httpGet: { path: health.path, port: "http", ...scheme } };
  return {
    startupProbe: {
      ...asked,
      periodSeconds: START_PERIOD_SECONDS,
      timeoutSeconds: 2,
      failureThreshold: Math.max(1, Math.ceil(limits.startSeconds / START_PERIOD_SECONDS)),
    },
    readinessProbe: { ...asked, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 2 },
    ...(health === undefined
      ? {}
      : { livenessProbe: { ...asked, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 } }),
  };
}

function toFillIn(
  { advice, contract }: Report,
  { name, variables: { plain, secret }, fillIn }: Needs,
): readonly string[] {
  return [
    ...fillIn,
    ...(plain.length === 0 ? [] : [`a ConfigMap \`${name}\` with ${plain.join(", ")}`]),
    ...(secret.length === 0 ? [] : [`a Secret \`${name}\` with ${secret.join(", ")}`]),
    ...(advice?.resources === undefined ? ["requests and limits: this run measured none"] : []),
    ...(contract.kind === undefined ? ["`preStop: sleep` needs Kubernetes 1.30 or later"] : []),
  ];
}
