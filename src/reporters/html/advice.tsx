import type { JSX } from "preact";
import type { Report, WrittenPlace } from "../../model/types.ts";
import { PLACE_COLUMNS, placeCells, resourcesInWords, writableInWords } from "../view/advice.ts";
import { Prose, Section, Table } from "./parts.tsx";

/** What the measurements say about how to run the image; nothing where none were made. */
export function HowToRun({ report: { advice, contract } }: { readonly report: Report }): JSX.Element | undefined {
  if (advice === undefined) return undefined;
  const { writable, resources } = advice;
  return (
    <Section id="advice" title="How to run it" lead="Advice, with what it rests on. No check asks for it.">
      {writable === undefined ? undefined : (
        <>
          <h3>Where it writes</h3>
          <p>
            <Prose text={writableInWords(writable, contract.writablePaths)} />
          </p>
          {writable.folders.length === 0 ? undefined : <Places folders={writable.folders} />}
        </>
      )}
      {resources === undefined ? undefined : (
        <>
          <h3>Memory and processors</h3>
          <p>
            <Prose text={resourcesInWords(resources)} />
          </p>
          <ul>
            {resources.basis.map((basis) => (
              <li key={basis}>
                <Prose text={basis} />
              </li>
            ))}
          </ul>
        </>
      )}
    </Section>
  );
}

function Places({ folders }: { readonly folders: readonly WrittenPlace[] }): JSX.Element {
  return (
    <Table label="Folders it writes to">
      <thead>
        <tr>
          {PLACE_COLUMNS.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {folders.map((folder) => {
          const [path = "", ...cells] = placeCells(folder);
          return (
            <tr key={path}>
              <th scope="row">
                <code>
                  <Prose text={path} />
                </code>
              </th>
              {cells.map((text, index) => (
                <td key={PLACE_COLUMNS[index + 1]}>
                  <Prose text={text} />
                </td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </Table>
  );
}
