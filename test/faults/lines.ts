/** Lines of the healthy service's Dockerfile that faults replace. */
export const USER = "USER 1001:1001";
export const COMMAND = 'CMD ["python", "/app/app.py"]';

/** In the place of the command, where it is no server. */
export const WORKER = 'CMD ["python", "/app/worker.py"]';

/** Bash under the name of an init: it starts one process, and hands it the signal. */
export const underInit = (command: string): readonly [string, string] => [
  COMMAND,
  `CMD ["bash", "-c", "exec -a tini bash -c 'trap \\"kill -TERM \\\\$child\\" TERM; ${command} & child=$!; wait $child; wait $child'"]`,
];

/** A Kubernetes manifest for it. */
export const podWith = (lifecycle: string): string => `apiVersion: v1
kind: Pod
metadata: { name: demo }
spec:
  containers:
    - name: demo
      image: registry.example/demo:1.0
      ports: [{ containerPort: 8000 }]
      ${lifecycle}
`;
