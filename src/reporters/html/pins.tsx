import type { JSX } from "preact";
import type { Pin, Report } from "../../model/types.ts";
import { Nothing, Prose, Section, Table } from "./parts.tsx";

/** Which bases were really used: by digest, from where, and whether one only stands in for the named image. */
export function Pins({ report }: { readonly report: Report }): JSX.Element {
  const { pins } = report;
  return (
    <Section
      id="pins"
      title="Base images"
      lead="Digests come from a registry's answer or from the committed lock; none is written from memory."
    >
      {pins.length === 0 ? (
        <Nothing>No base image was looked up.</Nothing>
      ) : (
        <Table label="Digests of the base images">
          <thead>
            <tr>
              <th scope="col">Image</th>
              <th scope="col">Digest</th>
              <th scope="col">Platform</th>
              <th scope="col">From</th>
            </tr>
          </thead>
          <tbody>
            {pins.map((pin) => (
              <Line key={pin.image} pin={pin} />
            ))}
          </tbody>
        </Table>
      )}
    </Section>
  );
}

function Line({ pin }: { readonly pin: Pin }): JSX.Element {
  return (
    <tr>
      <th scope="row">
        <code>{pin.image}</code>
        {pin.standIn === undefined ? undefined : (
          <span class="pill unproven">
            <span class="sign" aria-hidden="true">
              !
            </span>
            stand-in: {pin.standIn}
          </span>
        )}
      </th>
      <td>
        {pin.digest === undefined ? (
          <span class="pill unproven">? none</span>
        ) : (
          <code class="digest">{pin.digest}</code>
        )}
        {pin.problem === undefined ? undefined : (
          <small>
            <Prose text={pin.problem} />
          </small>
        )}
      </td>
      <td>{pin.platform}</td>
      <td>
        {pin.from}
        {pin.resolvedAt === undefined ? undefined : <small>{pin.resolvedAt.slice(0, 16).replace("T", " ")} UTC</small>}
      </td>
    </tr>
  );
}
