import type { ComponentChildren, JSX } from "preact";
import { visible } from "../../kit/text.ts";
import type { Status } from "../../model/types.ts";
import { STATUS_SIGNS, STATUS_WORDS } from "../view/words.ts";

/** Foreign text, control characters shown, `code` spans as code. Preact escapes the rest. */
export function Prose({ text }: { readonly text: string }): JSX.Element {
  const parts = visible(text).split(/`([^`]+)`/);
  return <>{parts.map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</>;
}

export function Section(props: {
  readonly id: string;
  readonly title: string;
  readonly lead?: ComponentChildren;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <section id={props.id} aria-labelledby={`${props.id}-title`}>
      <h2 id={`${props.id}-title`}>
        <a href={`#${props.id}`}>{props.title}</a>
      </h2>
      {props.lead === undefined ? undefined : <p class="lead">{props.lead}</p>}
      {props.children}
    </section>
  );
}

/** A status as a pill with sign and word; `unproven` has a dashed border, so it differs from pass without colour too. */
export function StatusPill({ status }: { readonly status: Status | undefined }): JSX.Element {
  if (status === undefined) return <span class="pill none">not checked</span>;
  return (
    <span class={`pill ${status}`}>
      <span class="sign" aria-hidden="true">
        {STATUS_SIGNS[status]}
      </span>
      {STATUS_WORDS[status]}
    </span>
  );
}

/** Lines of a log or a file, as they were. */
export function Lines({ lines }: { readonly lines: readonly string[] }): JSX.Element {
  return (
    <pre tabIndex={0}>
      <code>{visible(lines.join("\n"))}</code>
    </pre>
  );
}

export function Nothing({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return <p class="nothing">{children}</p>;
}

/** A table that scrolls sideways on a narrow screen instead of widening the page. */
export function Table(props: {
  readonly children: ComponentChildren;
  readonly label: string;
  readonly class?: string;
}): JSX.Element {
  const { children, label } = props;
  return (
    <div class="scroll" role="region" aria-label={label} tabIndex={0}>
      <table class={props.class}>
        <caption class="hidden">{label}</caption>
        {children}
      </table>
    </div>
  );
}
