import type { JSX } from "preact";
import type { CheckResult, Report } from "../../model/types.ts";
import { type FigureRow, changeOf, directionOf, figureRows, formatFigure } from "../view/figures.ts";
import { type CheckPair, checkPairs } from "../view/pairs.ts";
import { failsRun } from "../view/severity.ts";
import { STATUSES, STATUS_SIGNS, STATUS_WORDS, countByStatus, countsInWords, findingsInWords } from "../view/words.ts";
import { Named } from "./named.tsx";
import { Prose } from "./parts.tsx";

/** The first thing on the page: what is the case, in one sentence, and how many promises hold on each side. */
export function Verdict({ report }: { readonly report: Report }): JSX.Element {
  const { verdict, before, after } = report;
  // What nobody measured stands below what was: the first is the verdict, the second its border.
  const [sentence = "", open] = verdict.sentence.split(/ (?=Stays unproven: )/);
  return (
    <div class={`verdict ${verdict.status}`} role="status">
      <div class="mark" aria-hidden="true">
        {STATUS_SIGNS[verdict.status]}
      </div>
      <div class="said">
        <p class="word">{STATUS_WORDS[verdict.status]}</p>
        <h1 class={sentence.length > 110 ? "long" : undefined}>
          <Named sentence={sentence} report={report} />
        </h1>
        {open === undefined ? undefined : (
          <p class="open">
            <Prose text={open} />
          </p>
        )}
        <ToMend report={report} />
        <dl class="tallies">
          <Tally label="Before" checks={before.checks} findings={findingsInWords(before.findings)} />
          <Tally label="After" checks={after.checks} findings={findingsInWords(after.findings)} />
        </dl>
      </div>
    </div>
  );
}

const MOST_NAMED = 6;

/** What fails the run, each with the way to its result, as far as the sentence does not name it. */
function ToMend({ report }: { readonly report: Report }): JSX.Element | undefined {
  const open = checkPairs(report).filter(
    ({ title, after }) => after !== undefined && failsRun(after) && !report.verdict.sentence.includes(title),
  );
  const more = open.length - MOST_NAMED;
  if (open.length === 0) return undefined;
  return (
    <ul class="to-mend" aria-label="What fails this run">
      {open.slice(0, MOST_NAMED).map(({ id, title, after }: CheckPair) => (
        <li key={id}>
          <span class={after?.status}>{after === undefined ? "" : `${STATUS_SIGNS[after.status]} `}</span>
          <a href={`#check-${id}`}>
            <Prose text={title} />
          </a>
        </li>
      ))}
      {more > 0 ? (
        <li>
          <a href="#checks">{`and ${more} more`}</a>
        </li>
      ) : undefined}
    </ul>
  );
}

/** One cell per check, in the order of weight; the words beside it say the same. */
function Tally(props: {
  readonly label: string;
  readonly checks: readonly CheckResult[];
  readonly findings: string;
}): JSX.Element {
  const counts = countByStatus(props.checks);
  return (
    <div>
      <dt>{props.label}</dt>
      <dd>
        <span class="cells" aria-hidden="true">
          {STATUSES.flatMap((status) =>
            Array.from({ length: counts[status] }, (_, index) => <i key={`${status}${index}`} class={status} />),
          )}
        </span>
        <span class="words">
          {countsInWords(props.checks)}
          <span class="muted"> · findings: {props.findings}</span>
        </span>
      </dd>
    </div>
  );
}

/** What must be known to read the figures: above all, which bases are only stand-ins. */
export function Notes({ report }: { readonly report: Report }): JSX.Element | undefined {
  const { run, pins } = report;
  const told = (image: string) => run.notes.some((note) => note.includes(image));
  const standIns = pins.filter(({ standIn, image }) => standIn !== undefined && !told(image));
  const unpinned = pins.filter(({ digest, image }) => digest === undefined && !told(image));
  const notes = [
    ...run.notes,
    ...standIns.map(({ image, standIn }) => `\`${image}\` is a stand-in: ${standIn}.`),
    ...unpinned.map(({ image, problem }) => `\`${image}\`: ${problem ?? "unpinned"}.`),
  ];
  if (notes.length === 0) return undefined;
  return (
    <aside class="notes" aria-label="What to know before reading the figures">
      <strong>Before you read the figures</strong>
      <ul>
        {notes.map((note) => (
          <li key={note}>
            <Prose text={note} />
          </li>
        ))}
      </ul>
    </aside>
  );
}

const TILES = ["bytes", "start", "build-sourceEdit", "findings"];

/** The four figures that are asked for first. */
export function Tiles({ report }: { readonly report: Report }): JSX.Element {
  const rows = figureRows(report);
  const chosen = TILES.flatMap(
    (id) => rows.find((row) => row.id === id || (id === "start" && row.label === "Start-up")) ?? [],
  );
  return (
    <div class="tiles">
      {chosen.map((row) => (
        <Tile key={row.id} row={row} />
      ))}
    </div>
  );
}

function Tile({ row }: { readonly row: FigureRow }): JSX.Element {
  const shown = (figure: FigureRow["before"]) =>
    figure === undefined ? "not measured" : formatFigure(figure.value, row.unit);
  return (
    <div class="tile">
      <p class="name">{row.label}</p>
      <p class="value">{shown(row.after)}</p>
      <p class="was">
        <span class={`change ${directionOf(row)}`}>{changeOf(row)}</span>{" "}
        <span class="muted figure">
          {row.before === undefined ? "not measured before" : `was ${shown(row.before)}`}
        </span>
      </p>
    </div>
  );
}
