import { scaleLinear } from "d3-scale";
import type { JSX } from "preact";
import type { Report } from "../../model/types.ts";
import {
  type Figure,
  type FigureRow,
  changeOf,
  directionOf,
  figureRows,
  formatFigure,
  spreadOf,
} from "../view/figures.ts";
import { Section, Table } from "./parts.tsx";

/** The figures of both sides, as numbers and as bars on a common scale per line. */
export function Comparison({ report }: { readonly report: Report }): JSX.Element {
  const lead = (
    <>
      Less is better on every line, but for the service's own tests. The bars of one line share one scale; a thin line
      over a bar spans its samples, and ± is their median absolute deviation.
      <Key />
    </>
  );
  return (
    <Section id="figures" title="Before and after" lead={lead}>
      <Table label="Figures before and after" class="figures">
        <thead>
          <tr>
            <th scope="col">Figure</th>
            <th scope="col" class="number">
              Before
            </th>
            <th scope="col" class="number">
              After
            </th>
            <th scope="col" class="number">
              Change
            </th>
            <th scope="col" class="bars">
              <span class="hidden">Bars</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {figureRows(report).map((row) => (
            <Line key={row.id} row={row} />
          ))}
        </tbody>
      </Table>
    </Section>
  );
}

function Key(): JSX.Element {
  return (
    <span class="key">
      <i class="before" /> before <i class="after" /> after
    </span>
  );
}

function Line({ row }: { readonly row: FigureRow }): JSX.Element {
  return (
    <tr>
      <th scope="row">
        {row.label}
        <small>{row.how}</small>
      </th>
      <Value figure={row.before} row={row} label="Before" />
      <Value figure={row.after} row={row} label="After" />
      <td class="number" data-label="Change">
        <span class={`change ${directionOf(row)}`}>{changeOf(row)}</span>
      </td>
      <td class="bars">
        <Bars row={row} />
      </td>
    </tr>
  );
}

function Value(props: {
  readonly figure: Figure | undefined;
  readonly row: FigureRow;
  readonly label: string;
}): JSX.Element {
  const { figure, row, label } = props;
  return (
    <td class={figure === undefined ? "number muted" : "number"} data-label={label}>
      {figure === undefined ? "not measured" : formatFigure(figure.value, row.unit)}
      {figure === undefined ? undefined : <Spread text={spreadOf(figure, row.unit)} />}
    </td>
  );
}

/** Broken at its comma only: a number stays with its unit. */
function Spread({ text }: { readonly text: string }): JSX.Element {
  return <small>{text.replaceAll(/(?<!,) /g, "\u00A0")}</small>;
}

const WIDTH = 240;

function Bars({ row }: { readonly row: FigureRow }): JSX.Element {
  const { before, after, unit, label } = row;
  const all = [before, after].flatMap((figure) => (figure === undefined ? [] : [figure.value, ...figure.samples]));
  const scale = scaleLinear()
    .domain([0, Math.max(...all, Number.MIN_VALUE)])
    .range([0, WIDTH]);
  const told = (figure: Figure | undefined) =>
    figure === undefined ? "not measured" : formatFigure(figure.value, unit);
  const name = `${label}: before ${told(before)}, after ${told(after)}`;
  return (
    <svg viewBox={`0 0 ${WIDTH} 26`} preserveAspectRatio="none" role="img" aria-label={name}>
      <title>{name}</title>
      <Bar figure={before} side="before" y={2} scale={scale} />
      <Bar figure={after} side="after" y={14} scale={scale} />
    </svg>
  );
}

function Bar(props: {
  readonly figure: Figure | undefined;
  readonly side: "before" | "after";
  readonly y: number;
  readonly scale: (value: number) => number;
}): JSX.Element | undefined {
  const { figure, side, y, scale } = props;
  if (figure === undefined) return undefined;
  const { value, samples } = figure;
  const from = scale(Math.min(value, ...samples));
  const to = scale(Math.max(value, ...samples));
  return (
    <g class={`bar ${side}`}>
      <rect x={0} y={y} width={Math.max(scale(value), value > 0 ? 1.5 : 0).toFixed(1)} height={10} rx={2} />
      {samples.length < 2 ? undefined : (
        <path
          class="spread"
          d={`M${from.toFixed(1)},${y + 2}v6M${from.toFixed(1)},${y + 5}H${to.toFixed(1)}M${to.toFixed(1)},${y + 2}v6`}
        />
      )}
    </g>
  );
}
