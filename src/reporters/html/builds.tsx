import { counted } from "../../kit/text.ts";
import { scaleLinear } from "d3-scale";
import type { JSX } from "preact";
import { formatBytes, formatMilliseconds } from "../../kit/units.ts";
import type { Build, BuildStep, Layer, Report, Side } from "../../model/types.ts";
import { Lines, Nothing, Prose, Section, Table } from "./parts.tsx";

const KINDS: Readonly<Record<Build["kind"], string>> = {
  cold: "Cold",
  warm: "Warm, nothing changed",
  "source-edit": "After a source edit",
  "lock-edit": "After a lock edit",
  touch: "After new file times only",
};

/** What BuildKit did, step by step, and what each layer weighs. */
export function Builds({ report }: { readonly report: Report }): JSX.Element {
  return (
    <Section id="builds" title="Builds" lead="The builder's own trace: which steps ran and which came from the cache.">
      <SideBuilds side={report.before} name="Before" />
      <SideBuilds side={report.after} name="After" />
    </Section>
  );
}

function SideBuilds({ side, name }: { readonly side: Side; readonly name: string }): JSX.Element {
  const { buildSide, image } = side;
  return (
    <>
      <h3>
        {name} <span class="muted">{buildSide?.dockerfile ?? "no Dockerfile"}</span>
      </h3>
      {buildSide === undefined ? <Nothing>It was not built.</Nothing> : undefined}
      {buildSide?.failure === undefined ? undefined : (
        <div class="failure">
          <p>
            <span class="pill fail">✗ failed</span> at <code>{buildSide.failure.step}</code>{" "}
            {buildSide.failure.where ?? ""}
          </p>
          <Lines lines={buildSide.failure.log.slice(-50)} />
        </div>
      )}
      <p class="small muted">
        {(buildSide?.bases ?? []).map(({ named, used, standIn }) => (
          <span key={named}>
            <code>{named}</code>
            {used === named ? "" : ` was ${used}`}
            {standIn ? " (a stand-in)" : ""}{" "}
          </span>
        ))}
      </p>
      {(buildSide?.builds ?? []).map((build, index) => (
        <Trace key={index} build={build} name={`${name}, build ${index + 1}`} />
      ))}
      {image === undefined ? undefined : (
        <details>
          <summary>
            {counted(image.layers.length, "layer")}, {formatBytes(image.bytes)} unpacked
          </summary>
          <Layers layers={image.layers} name={name} />
        </details>
      )}
    </>
  );
}

function Trace({ build, name }: { readonly build: Build; readonly name: string }): JSX.Element {
  const cached = build.steps.filter((step) => step.cached).length;
  const longest = Math.max(1, ...build.steps.map(({ milliseconds }) => milliseconds));
  return (
    <details>
      <summary>
        {KINDS[build.kind]}: <b>{formatMilliseconds(build.milliseconds)}</b>
        <span class="muted">
          , {cached} of {counted(build.steps.length, "step")} from the cache
        </span>
      </summary>
      <Table label={`Steps, ${KINDS[build.kind].toLowerCase()} (${name})`}>
        <tbody>
          {build.steps.map((step, index) => (
            <Step key={index} step={step} longest={longest} />
          ))}
        </tbody>
      </Table>
    </details>
  );
}

function Step({ step, longest }: { readonly step: BuildStep; readonly longest: number }): JSX.Element {
  const scale = scaleLinear().domain([0, longest]).range([0, 120]);
  return (
    <tr>
      <th scope="row" class="wrap">
        <code>{step.name}</code>
        {step.error === undefined ? undefined : (
          <small class="fail">
            <Prose text={step.error} />
          </small>
        )}
      </th>
      <td>{step.cached ? "↺ cached" : "ran"}</td>
      <td class="number">{step.cached ? "" : formatMilliseconds(step.milliseconds)}</td>
      <td class="bars short">
        <svg viewBox="0 0 120 10" preserveAspectRatio="none" aria-hidden="true">
          <g class="bar after">
            <rect width={scale(step.cached ? 0 : step.milliseconds).toFixed(1)} height={10} rx={2} />
          </g>
        </svg>
      </td>
    </tr>
  );
}

function pulled({ contentBytes, estimatedContentBytes }: Layer): string {
  if (contentBytes !== undefined) return formatBytes(contentBytes);
  return estimatedContentBytes === undefined ? "unknown" : `about ${formatBytes(estimatedContentBytes)}`;
}

function Layers(props: { readonly layers: NonNullable<Side["image"]>["layers"]; readonly name: string }): JSX.Element {
  const { layers, name } = props;
  return (
    <Table label={`Layers (${name.toLowerCase()})`}>
      <thead>
        <tr>
          <th scope="col">Made by</th>
          <th scope="col" class="number">
            Unpacked
          </th>
          <th scope="col" class="number">
            To pull
          </th>
          <th scope="col" class="number">
            Files
          </th>
        </tr>
      </thead>
      <tbody>
        {layers.map((layer) => (
          <tr key={layer.diffId}>
            <th scope="row" class="wrap">
              <code>{layer.createdBy}</code>
            </th>
            <td class="number">{formatBytes(layer.bytes)}</td>
            <td class="number">{pulled(layer)}</td>
            <td class="number">{layer.files}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
