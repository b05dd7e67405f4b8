import type { JSX } from "preact";
import type { CheckResult, Measurement, Report } from "../../model/types.ts";
import { formatFigure, spreadOf } from "../view/figures.ts";
import { type CheckPair, checkPairs, mendedInWords } from "../view/pairs.ts";
import { gravityOf } from "../view/severity.ts";
import { firstOpened, Judged, JudgedTable } from "./judged.tsx";
import { Lines, Nothing, Prose, Section, StatusPill } from "./parts.tsx";

const needsAttention = ({ after }: CheckPair): boolean =>
  after !== undefined && ["fail", "unproven", "accepted"].includes(after.status);

/** Every promise, what needs attention first; what stands behind a verdict is one click away. */
export function Checks({ report }: { readonly report: Report }): JSX.Element {
  const pairs = checkPairs(report);
  const opened = firstOpened(pairs, needsAttention);
  const lead = `Both images went through the same checks. ${mendedInWords(pairs)} Unproven is never a pass: nobody saw it hold.`;
  return (
    <Section id="checks" title="Checks" lead={lead}>
      {pairs.length === 0 ? <Nothing>No check ran.</Nothing> : undefined}
      <JudgedTable of="Promise">
        {pairs.map((pair) => (
          <Check
            key={pair.id}
            pair={pair}
            open={opened.has(pair)}
            why={report.catalogue?.checks.find(({ id }) => id === pair.id)?.why}
          />
        ))}
      </JudgedTable>
    </Section>
  );
}

function Check(props: {
  readonly pair: CheckPair;
  readonly open: boolean;
  readonly why: string | undefined;
}): JSX.Element {
  const { pair, open, why } = props;
  const { id, title, before, after } = pair;
  const severity = (after ?? before)?.severity;
  return (
    <Judged
      id={`check-${id}`}
      title={<Prose text={title} />}
      message={[after === undefined ? "" : gravityOf(after), (after ?? before)?.message].filter(Boolean).join(": ")}
      before={before?.status}
      after={after?.status}
      open={open}
    >
      {why === undefined ? undefined : (
        <p class="why">
          <Prose text={why} />
        </p>
      )}
      <div class="sides">
        <Result label="Before" result={before} />
        <Result label="After" result={after} />
      </div>
      <p class="muted small">
        Check <code>{id}</code>
        {severity === undefined ? undefined : `, ${severity}`}
      </p>
    </Judged>
  );
}

function Result({ label, result }: { readonly label: string; readonly result: CheckResult | undefined }): JSX.Element {
  return (
    <div>
      <h3>
        {label} <StatusPill status={result?.status} />
      </h3>
      {result === undefined ? undefined : (
        <>
          <p>
            <Prose text={result.message} />
          </p>
          {result.measured === undefined ? undefined : <Measured measured={result.measured} />}
          {(result.excerpts ?? []).map(({ title, lines }) => (
            <figure key={title}>
              <figcaption>{title}</figcaption>
              <Lines lines={lines} />
            </figure>
          ))}
          <p class="muted small">
            {result.evidence.length === 0 ? "No evidence was written." : "Evidence: "}
            {result.evidence.map((file) => (
              <a key={file} href={encodeURI(file)}>
                {file}{" "}
              </a>
            ))}
          </p>
        </>
      )}
    </div>
  );
}

function Measured({ measured }: { readonly measured: Measurement }): JSX.Element {
  const { value, unit, how, samples } = measured;
  const spread = spreadOf({ value, samples }, unit);
  return (
    <p class="small">
      <b>{formatFigure(value, unit)}</b> {spread} <span class="muted">({how})</span>
      {samples.length < 2 ? undefined : (
        <span class="muted"> samples: {samples.map((sample) => formatFigure(sample, unit)).join(", ")}</span>
      )}
    </p>
  );
}
