import type { ComponentChildren, JSX } from "preact";
import type { Contract as ContractFacts, Report } from "../../model/types.ts";
import { Nothing, Section, Table } from "./parts.tsx";

/** What the image promises to whoever runs it. */
export function Contract({ report }: { readonly report: Report }): JSX.Element {
  const { contract } = report;
  return (
    <Section
      id="contract"
      title="Contract"
      lead="What the reworked image promises to whoever runs it; the checks hold it to this."
    >
      <dl class="facts">
        {facts(contract).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <h3>Environment</h3>
      {contract.env.length === 0 ? <Nothing>It needs no variable.</Nothing> : <Environment env={contract.env} />}
    </Section>
  );
}

function facts(contract: ContractFacts): ReadonlyArray<readonly [string, ComponentChildren]> {
  const { port, portVariable, uid, gid, health, readOnlyRoot, writablePaths, signals, limits } = contract;
  const list = (values: readonly string[], none: string) => (values.length === 0 ? none : values.join(", "));
  return [
    ["Port", portVariable === undefined ? port : `${port}, set by ${portVariable}`],
    ["User", `${uid}:${gid}`],
    ["Health", health === undefined ? "the service has no such path" : <code>{health.path}</code>],
    ["Root file system", readOnlyRoot ? "may be read-only" : "must be writable"],
    ["Writable paths", list(writablePaths, "none")],
    ["Stops on", `${signals.stop}, within ${signals.graceSeconds} s`],
    ["Logs", "standard output and error only"],
    ["Not installed", list(contract.absentDistributions, "nothing named")],
    ["Not in the image", list(contract.absentPrograms, "nothing named")],
    ["Starts within", `${limits.startSeconds} s`],
    ["Builds within", `${limits.warmBuildSeconds} s warm, ${limits.coldBuildSeconds} s cold`],
    ["Size", `at most ${Math.round(limits.sizeRatio * 100)} % of today's image`],
  ];
}

function Environment({ env }: { readonly env: ContractFacts["env"] }): JSX.Element {
  return (
    <Table label="Environment variables">
      <thead>
        <tr>
          <th scope="col">Variable</th>
          <th scope="col">Needed</th>
          <th scope="col">Default</th>
          <th scope="col">Shape of a value</th>
        </tr>
      </thead>
      <tbody>
        {env.map((variable) => (
          <tr key={variable.name}>
            <th scope="row">
              <code>{variable.name}</code>
              {variable.secret ? <span class="tag">secret</span> : undefined}
            </th>
            <td>{variable.required ? "required" : "optional"}</td>
            <td>
              {variable.default === undefined ? <span class="muted">none</span> : <code>{variable.default}</code>}
            </td>
            <td>
              <code>{variable.example}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
