import { scaleLinear } from "d3-scale";
import type { JSX } from "preact";
import { formatMilliseconds } from "../../kit/units.ts";
import type { Report, RunFacts } from "../../model/types.ts";
import { Nothing, Section } from "./parts.tsx";

const WIDTH = 600;

/** Where the time of the run went, step by step on one axis. */
export function Timeline({ report }: { readonly report: Report }): JSX.Element {
  const { timeline } = report.run;
  const end = Math.max(0, ...timeline.map(({ startMs, milliseconds }) => startMs + milliseconds));
  const lead = `${formatMilliseconds(end)} from first to last step. A hatched bar was read back from an earlier run.`;
  if (timeline.length === 0)
    return (
      <Section id="timeline" title="Where the time went">
        <Nothing>No times were written down.</Nothing>
      </Section>
    );
  return (
    <Section id="timeline" title="Where the time went" lead={lead}>
      <Hatching />
      <div class="timeline">
        {timeline.map((entry, index) => (
          <Step key={index} entry={entry} end={end} />
        ))}
        <Axis end={end} />
      </div>
    </Section>
  );
}

function Step({ entry, end }: { readonly entry: RunFacts["timeline"][number]; readonly end: number }): JSX.Element {
  const scale = scaleLinear()
    .domain([0, Math.max(end, 1)])
    .range([0, WIDTH]);
  const time = formatMilliseconds(entry.milliseconds);
  const width = Math.max(3, scale(entry.milliseconds));
  const x = Math.min(scale(entry.startMs), WIDTH - width);
  return (
    <div class="step">
      <span class="name">{stepInWords(entry.step)}</span>
      <svg viewBox={`0 0 ${WIDTH} 16`} preserveAspectRatio="none" aria-hidden="true">
        <line x1={0} x2={WIDTH} y1={8} y2={8} />
        <rect class={entry.reused ? "reused" : "ran"} x={x.toFixed(1)} y={2} width={width.toFixed(1)} height={12} />
      </svg>
      <span class="time">
        {time}
        {entry.reused ? <small>read back</small> : undefined}
      </span>
    </div>
  );
}

/** The file of a step, `before/evidence/read-only`, as words: `read-only, before`. */
function stepInWords(step: string): string {
  const [, side, name] = /^(before|after)\/(?:evidence\/)?(.+)$/.exec(step) ?? [];
  return side === undefined || name === undefined ? step : `${name}, ${side}`;
}

function Axis({ end }: { readonly end: number }): JSX.Element {
  const scale = scaleLinear()
    .domain([0, Math.max(end, 1)])
    .range([0, 100]);
  return (
    <div class="step axis" aria-hidden="true">
      <span />
      <span class="ticks">
        {scale.ticks(5).map((tick) => (
          <i key={tick} style={{ left: `${scale(tick).toFixed(2)}%` }}>
            {tick === 0
              ? "0"
              : formatMilliseconds(tick)
                  .replace(/\.00 s$/, " s")
                  .replace(/ 0 s$/, "")}
          </i>
        ))}
      </span>
      <span />
    </div>
  );
}

function Hatching(): JSX.Element {
  return (
    <svg width="0" height="0" class="defs" aria-hidden="true">
      <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="6" height="6" class="ground" />
        <rect width="2" height="6" class="stripe" />
      </pattern>
    </svg>
  );
}
