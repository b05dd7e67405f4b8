import type { JSX } from "preact";
import type { Decision, Finding, Report, Side } from "../../model/types.ts";
import { findingsInWords, placeInWords, worstFirst } from "../view/words.ts";
import { Nothing, Prose, Section } from "./parts.tsx";

const SIGNS = { error: "✗", warning: "!", note: "i" } as const;

export function Findings({ report }: { readonly report: Report }): JSX.Element {
  const { before, after, decisions } = report;
  const left = new Set(after.findings.map(({ rule }) => rule));
  const resolution = ({ rule }: Finding) =>
    left.has(rule) ? undefined : decisions.find(({ resolves }) => resolves.includes(rule));
  return (
    <Section id="findings" title="Findings" lead="What the rules read in the files, without running anything.">
      <List side={before} name="Before" resolution={resolution} />
      <List side={after} name="After" resolution={() => undefined} />
    </Section>
  );
}

function List(props: {
  readonly side: Side;
  readonly name: string;
  readonly resolution: (finding: Finding) => Decision | undefined;
}): JSX.Element {
  const { findings, dockerfile } = props.side;
  return (
    <>
      <h3>
        {props.name} <span class="muted">{findingsInWords(findings)}</span>
      </h3>
      {findings.length > 0 ? undefined : <Nothing>No finding in {dockerfile ?? "the files"}.</Nothing>}
      <ul class="findings">
        {worstFirst(findings).map((finding, index) => (
          <Item key={index} finding={finding} decision={props.resolution(finding)} />
        ))}
      </ul>
    </>
  );
}

function Item({
  finding,
  decision,
}: {
  readonly finding: Finding;
  readonly decision: Decision | undefined;
}): JSX.Element {
  const { rule, severity, message, where, advice, related, confidence } = finding;
  return (
    <li class={severity}>
      <span class="sign" title={severity}>
        <span aria-hidden="true">{SIGNS[severity]}</span>
        <span class="hidden">{severity}</span>
      </span>
      <div>
        <p>
          <Prose text={message} />
        </p>
        <p class="muted">
          <Prose text={advice} />
        </p>
        {(related ?? []).map((place, index) => (
          <p key={index} class="small">
            <code>{placeInWords(place)}</code> <Prose text={place.message} />
          </p>
        ))}
        <p class="small tags">
          {where === undefined ? undefined : <code>{placeInWords(where)}</code>}
          <span class="muted">
            {rule}, {confidence === "needs-proof" ? "needs proof" : confidence}
          </span>
          {decision === undefined ? undefined : (
            <a class="tag" href={`#decision-${decision.id}`}>
              resolved by: {decision.title}
            </a>
          )}
        </p>
      </div>
    </li>
  );
}
