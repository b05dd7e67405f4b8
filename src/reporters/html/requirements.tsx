import type { JSX } from "preact";
import type { Report, RequirementEvidence, RequirementResult } from "../../model/types.ts";
import { isOpen, requirementRows } from "../view/requirements.ts";
import { countsInWords } from "../view/words.ts";
import { firstOpened, Judged, JudgedTable } from "./judged.tsx";
import { Prose, Section, StatusPill } from "./parts.tsx";

/** The matrix: requirement, evidence, verdict. Nothing when the team wrote no requirements. */
export function Requirements({ report }: { readonly report: Report }): JSX.Element | undefined {
  const rows = requirementRows(report);
  if (rows.length === 0) return undefined;
  const checks = new Set([...report.after.checks, ...report.before.checks].map(({ id }) => id));
  const opened = firstOpened(rows, isOpen);
  const lead = `What the team demands, each judged by the evidence it names: ${countsInWords(rows)}. A requirement without a proof is unproven.`;
  return (
    <Section id="requirements" title="Requirements" lead={lead}>
      <JudgedTable of="Requirement">
        {rows.map((row) => (
          <Requirement key={row.id} row={row} open={opened.has(row)} checks={checks} />
        ))}
      </JudgedTable>
    </Section>
  );
}

function Requirement(props: {
  readonly row: RequirementResult;
  readonly open: boolean;
  /** Those that are on the page. */
  readonly checks: ReadonlySet<string>;
}): JSX.Element {
  const { row, open, checks } = props;
  const { id, text, source, status, message, before, evidence } = row;
  return (
    <Judged
      id={`requirement-${id}`}
      title={
        <>
          {id}: <Prose text={text} />
        </>
      }
      message={message}
      before={before?.status}
      after={status}
      open={open}
    >
      {before === undefined ? undefined : (
        <p>
          <b>Before:</b> <Prose text={before.message} />
        </p>
      )}
      {evidence.length === 0 ? <p>No proof is named.</p> : undefined}
      <ul>
        {evidence.map((part, index) => (
          <Evidence key={index} part={part} checks={checks} />
        ))}
      </ul>
      {source === undefined ? undefined : (
        <p class="muted small">
          Source: <Prose text={source} />
        </p>
      )}
    </Judged>
  );
}

function Evidence(props: { readonly part: RequirementEvidence; readonly checks: ReadonlySet<string> }): JSX.Element {
  const { part, checks } = props;
  const { proof, status, message, files } = part;
  const check = /^check (\S+)$/.exec(proof)?.[1];
  return (
    <li>
      <StatusPill status={status} />{" "}
      {checks.has(check ?? "") ? <a href={`#check-${check}`}>{proof}</a> : <b>{proof}</b>}: <Prose text={message} />{" "}
      {files.map((file) => (
        <a key={file} class="small" href={encodeURI(file)}>
          {file}{" "}
        </a>
      ))}
    </li>
  );
}
