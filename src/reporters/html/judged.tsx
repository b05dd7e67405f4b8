import type { ComponentChildren, JSX } from "preact";
import type { Status } from "../../model/types.ts";
import { Prose, StatusPill } from "./parts.tsx";

/** Rows under one heading, each with a verdict for both sides. */
export function JudgedTable(props: { readonly of: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div class="checks">
      <div class="row heading" aria-hidden="true">
        <span>{props.of}</span>
        <span>Before</span>
        <span>After</span>
      </div>
      {props.children}
    </div>
  );
}

/** One row; what stands behind the verdict is one click away. */
export function Judged(props: {
  readonly id: string;
  readonly title: ComponentChildren;
  readonly message: string;
  readonly before: Status | undefined;
  readonly after: Status | undefined;
  readonly open: boolean;
  readonly children: ComponentChildren;
}): JSX.Element {
  const { id, title, message, before, after, open, children } = props;
  return (
    <details class={`check ${after ?? "none"}`} id={id} open={open}>
      <summary class="row">
        <span class="title">
          <b>{title}</b>
          <small>
            <Prose text={message} />
          </small>
        </span>
        <span class="cell" data-label="Before">
          <StatusPill status={before} />
        </span>
        <span class="cell" data-label="After">
          <StatusPill status={after} />
        </span>
      </summary>
      <div class="inside">{children}</div>
    </details>
  );
}

/** The first rows that need attention are open: more at once would hide the list itself. */
export function firstOpened<Row>(rows: readonly Row[], needsAttention: (row: Row) => boolean): ReadonlySet<Row> {
  return new Set(rows.filter(needsAttention).slice(0, 5));
}
