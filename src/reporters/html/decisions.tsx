import type { JSX } from "preact";
import type { Decision, Report } from "../../model/types.ts";
import { Nothing, Prose, Section } from "./parts.tsx";

/** What was chosen, why, and what was not: enough for a reviewer to accept or overturn it. */
export function Decisions({ report }: { readonly report: Report }): JSX.Element {
  const { decisions, refusals, profile } = report;
  const lead = (
    <>
      The choices behind the reworked image, with the profile <code>{profile}</code>. Each can be overturned in the
      configuration.
    </>
  );
  return (
    <Section id="decisions" title="Decisions" lead={lead}>
      {decisions.length === 0 ? <Nothing>Nothing was decided.</Nothing> : undefined}
      <div class="cards">
        {decisions.map((decision) => (
          <Card key={decision.id} decision={decision} />
        ))}
      </div>
      {refusals.length === 0 ? undefined : <h3>Left as it is</h3>}
      <ul class="plain">
        {refusals.map(({ id, what, because, instead, blocking }) => (
          <li key={id}>
            {blocking === true ? <span class="pill fail">✗ blocks the rework</span> : undefined}{" "}
            <b>
              <Prose text={what} />
            </b>
            : <Prose text={because} /> <Prose text={instead} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Card({ decision }: { readonly decision: Decision }): JSX.Element {
  const { id, title, choice, because, evidence, rejected, resolves } = decision;
  return (
    <article class="card" id={`decision-${id}`}>
      <p class="name">{title}</p>
      <h3>
        <Prose text={choice} />
      </h3>
      <p>
        <Prose text={because} />
      </p>
      {rejected.length === 0 ? undefined : (
        <ul class="rejected" aria-label="Rejected">
          {rejected.map((other) => (
            <li key={other.option}>
              <b>
                <Prose text={other.option} />
              </b>
              : <Prose text={other.because} />
            </li>
          ))}
        </ul>
      )}
      <p class="muted small tags">
        {evidence.map((place) => (
          <code key={place}>{place}</code>
        ))}
        {resolves.map((rule) => (
          <span key={rule} class="tag">
            resolves {rule}
          </span>
        ))}
      </p>
    </article>
  );
}
