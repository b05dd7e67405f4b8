import type { Report } from "../model/types.ts";
import type { Manifest } from "./manifest.ts";
import { IMAGE, nameOf, requiredVariables, volumeName, writableFolders } from "./support/needs.ts";
import { Promises } from "./support/promises.ts";
import { commented } from "./support/yaml.ts";

/** Endpoints need a moment to hear that the pod goes; until then they still send it requests. */
const PRE_STOP_SECONDS = 5;
const START_PERIOD_SECONDS = 2;

/** A Deployment and a Service that keep the restricted pod security standard. */
export const kubernetes: Manifest = {
  id: "kubernetes",
  title: "Kubernetes: a Deployment and its Service, by the restricted pod security standard",
  file: "kubernetes.yaml",
  render(report, { image }) {
    const { contract } = report;
    const name = nameOf(report);
    const promises = new Promises(report);
    const labels = { "app.kubernetes.io/name": name };
    const folders = writableFolders(report);
    const pod = {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: PRE_STOP_SECONDS + contract.signals.graceSeconds,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: contract.uid,
        runAsGroup: contract.gid,
        fsGroup: contract.gid,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [containerOf(report, { name, image: image ?? IMAGE, folders, promises })],
      ...(folders.length === 0 ? {} : { volumes: folders.map((path) => ({ name: volumeName(path), emptyDir: {} })) }),
    };
    promises.kept("non-root", "numeric-user", "stops-when-idle", "stop-answers-in-flight");
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
    const open = promises.open();
    const todo = todoOf(report, name, image);
    return { text: commented(report, [deployment, service], { todo, open }), todo, open };
  },
};

interface Parts {
  readonly name: string;
  readonly image: string;
  readonly folders: readonly string[];
  readonly promises: Promises;
}

function containerOf(report: Report, { name, image, folders, promises }: Parts): Record<string, unknown> {
  const { contract, advice } = report;
  const { secret, plain } = requiredVariables(contract);
  const from = (kind: "secretKeyRef" | "configMapKeyRef") => (key: string) => ({
    name: key,
    valueFrom: { [kind]: { name, key } },
  });
  const env = [...plain.map(from("configMapKeyRef")), ...secret.map(from("secretKeyRef"))];
  const { memoryBytes, cpus } = advice?.resources ?? {};
  const memory = memoryBytes === undefined ? {} : { memory: `${Math.ceil(memoryBytes / 2 ** 20)}Mi` };
  const cpu = cpus === undefined ? {} : { cpu: `${Math.round(cpus * 1000)}m` };
  return {
    name,
    image,
    ports: [{ name: "http", containerPort: contract.port }],
    ...(env.length === 0 ? {} : { env }),
    ...(advice?.resources === undefined
      ? {}
      : { resources: { requests: { ...cpu, ...memory }, ...(memoryBytes === undefined ? {} : { limits: memory }) } }),
    ...probesOf(report, promises),
    lifecycle: { preStop: { sleep: { seconds: PRE_STOP_SECONDS } } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: contract.readOnlyRoot && promises.kept("read-only-root"),
      // The restricted standard asks for it; whether the image lives with it is said above.
      capabilities: promises.kept("no-capabilities") ? { drop: ["ALL"] } : {},
    },
    ...(folders.length === 0
      ? {}
      : { volumeMounts: folders.map((path) => ({ name: volumeName(path), mountPath: path })) }),
  };
}

/** A service without a health path is asked for its port alone, and never killed for what nobody can ask. */
function probesOf({ contract }: Report, promises: Promises): Record<string, unknown> {
  promises.kept("becomes-healthy", "start-time");
  const { health, limits } = contract;
  const asked =
    health === undefined ? { tcpSocket: { port: "http" } } : { httpGet: { path: health.path, port: "http" } };
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

function todoOf({ contract, advice }: Report, name: string, image: string | undefined): readonly string[] {
  const { secret, plain } = requiredVariables(contract);
  return [
    ...(image === undefined ? [`${IMAGE}: the image by digest, as it was pushed`] : []),
    ...(plain.length === 0 ? [] : [`a ConfigMap \`${name}\` with ${plain.join(", ")}`]),
    ...(secret.length === 0 ? [] : [`a Secret \`${name}\` with ${secret.join(", ")}`]),
    ...(advice?.resources === undefined ? ["requests and limits: this run measured none"] : []),
    "`preStop: sleep` needs Kubernetes 1.30 or later",
  ];
}
