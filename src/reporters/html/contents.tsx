import { scaleLinear } from "d3-scale";
import type { JSX } from "preact";
import { formatBytes } from "../../kit/units.ts";
import type { LayerWaste, Report, Side } from "../../model/types.ts";
import { type PackageChange, type Share, isPython, packageChanges, shares } from "../view/packages.ts";
import { Nothing, Section, Table } from "./parts.tsx";

/** What the images consist of: bytes by what they are for, packages that came and went, bytes that nobody can read. */
export function Contents({ report }: { readonly report: Report }): JSX.Element {
  const lead = (
    <>
      From the files of every layer; nothing was run for it. Every package with its licences and hashes is in{" "}
      <a href="sbom.cdx.json">sbom.cdx.json</a> and, of today's image, in{" "}
      <a href="sbom-before.cdx.json">sbom-before.cdx.json</a>.
    </>
  );
  return (
    <Section id="contents" title="What is inside" lead={lead}>
      {report.before.contents === undefined && report.after.contents === undefined ? (
        <Nothing>No image was walked.</Nothing>
      ) : (
        <>
          <Bytes report={report} />
          <Packages report={report} />
          <Waste report={report} />
        </>
      )}
    </Section>
  );
}

const WIDTH = 1000;

/** Both images as stacks on one scale, and the same as a table: no colour has to be told apart from another. */
function Bytes({ report }: { readonly report: Report }): JSX.Element {
  const before = shares(report.before);
  const after = shares(report.after);
  const total = (all: readonly Share[]) => all.reduce((sum, { bytes }) => sum + bytes, 0);
  const scale = scaleLinear()
    .domain([0, Math.max(total(before), total(after), 1)])
    .range([0, WIDTH]);
  const of = (all: readonly Share[], id: Share["id"]) => all.find((share) => share.id === id)?.bytes;
  const rows = (after.length > 0 ? after : before).filter(({ id }) => of(before, id) !== 0 || of(after, id) !== 0);
  return (
    <div class="shares">
      <Stack label="Before" all={before} scale={scale} />
      <Stack label="After" all={after} scale={scale} />
      <Table label="Bytes by what they are for">
        <thead>
          <tr>
            <th scope="col">Unpacked</th>
            <th scope="col" class="number">
              Before
            </th>
            <th scope="col" class="number">
              After
            </th>
            <th scope="col">Largest, after</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, label }) => (
            <tr key={id}>
              <th scope="row">
                <i class={`swatch ${id}`} /> {label}
              </th>
              <Amount bytes={of(before, id)} />
              <Amount bytes={of(after, id)} />
              <td class="small muted">{largest(report.after, id)}</td>
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}

function Stack(props: {
  readonly label: string;
  readonly all: readonly Share[];
  readonly scale: (bytes: number) => number;
}): JSX.Element {
  const { label, all, scale } = props;
  const total = all.reduce((sum, { bytes }) => sum + bytes, 0);
  const told = all.length === 0 ? "not measured" : formatBytes(total);
  const named = all.filter(({ bytes }) => bytes > 0);
  const words = `${label}: ${named.map((share) => `${share.label} ${formatBytes(share.bytes)}`).join(", ")}`;
  const starts = named.map((_, index) => named.slice(0, index).reduce((sum, { bytes }) => sum + bytes, 0));
  return (
    <div class="stack">
      <span>{label}</span>
      <svg viewBox={`0 0 ${WIDTH} 20`} preserveAspectRatio="none" role="img" aria-label={words}>
        <title>{words}</title>
        {named.map(({ id, bytes }, index) => (
          <rect
            key={id}
            class={id}
            x={scale(starts[index] ?? 0).toFixed(1)}
            width={scale(bytes).toFixed(1)}
            height={20}
          />
        ))}
      </svg>
      <b class="number">{told}</b>
    </div>
  );
}

function Amount({ bytes }: { readonly bytes: number | undefined }): JSX.Element {
  return <td class="number">{bytes === undefined ? "not measured" : formatBytes(bytes)}</td>;
}

const KINDS: Readonly<Partial<Record<Share["id"], string>>> = {
  system: "operating system",
  distributions: "distribution",
  cache: "cache",
};

/** The three largest of a share, where it has parts. */
function largest({ contents }: Side, id: Share["id"]): string {
  const parts = (contents?.owners ?? []).filter(({ kind }) => kind === KINDS[id]);
  return parts
    .slice(0, 3)
    .map(({ name, bytes }) => `${name} ${formatBytes(bytes)}`)
    .join(", ");
}

function Packages({ report }: { readonly report: Report }): JSX.Element {
  const changes = packageChanges(report);
  if (changes === undefined)
    return <Nothing>Packages cannot be compared: the layers of one image were not read.</Nothing>;
  const { removed, added, changed, same } = changes;
  return (
    <>
      <h3>
        Packages{" "}
        <span class="muted">
          {changed.length} changed, {added.length} added, {removed.length} removed, {same} as before
        </span>
      </h3>
      <Changes title="changed" lines={changed} />
      <Changes title="added" lines={added} />
      <Changes title="removed" lines={removed} />
    </>
  );
}

/** A short list is open: it is what a reader came for. */
const SHORT = 12;

function Changes({
  title,
  lines,
}: {
  readonly title: string;
  readonly lines: readonly PackageChange[];
}): JSX.Element | undefined {
  if (lines.length === 0) return undefined;
  const python = lines.filter(isPython).length;
  return (
    <details open={lines.length <= SHORT}>
      <summary>
        <b>{lines.length}</b> {title}
        <span class="muted">
          : {python} of Python, {lines.length - python} of the operating system
        </span>
      </summary>
      <Table label={`Packages ${title}`}>
        <thead>
          <tr>
            <th scope="col">Package</th>
            <th scope="col">Kind</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
            <th scope="col" class="number">
              Size
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={`${line.kind} ${line.name}`}>
              <th scope="row">{line.name}</th>
              <td class="muted">{line.kind}</td>
              <td>{line.before ?? "–"}</td>
              <td>{line.after ?? "–"}</td>
              <td class="number">{formatBytes(line.after === undefined ? line.bytesBefore : line.bytesAfter)}</td>
            </tr>
          ))}
        </tbody>
      </Table>
    </details>
  );
}

/** Less is the noise of every build: a package database, a list of users. */
const WORTH_TELLING = 1_000_000;

function Waste({ report }: { readonly report: Report }): JSX.Element {
  const lines = (["before", "after"] as const).flatMap((label) =>
    (report[label].contents?.waste ?? [])
      .filter((waste) => waste.deleted + waste.replaced + waste.doubled >= WORTH_TELLING)
      .map((waste) => ({ label, waste, layer: report[label].image?.layers[waste.layer] })),
  );
  if (lines.length === 0) return <p class="muted small">No layer hides more than 1 MB of those below it.</p>;
  return (
    <>
      <h3>Bytes that nobody can read</h3>
      <Table label="Bytes that later layers hide">
        <thead>
          <tr>
            <th scope="col">Image</th>
            <th scope="col">Layer that hides them</th>
            <th scope="col" class="number">
              Bytes
            </th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ label, waste, layer }) => (
            <tr key={`${label} ${waste.layer}`}>
              <td>{label}</td>
              <th scope="row" class="wrap">
                <code>{layer?.createdBy ?? `layer ${waste.layer}`}</code>
              </th>
              <td class="number">{formatBytes(waste.deleted + waste.replaced + waste.doubled)}</td>
              <td class="small">{why(waste)}</td>
            </tr>
          ))}
        </tbody>
      </Table>
    </>
  );
}

function why({ deleted, replaced, doubled, example }: LayerWaste): string {
  const parts = [
    doubled === 0 ? "" : `${formatBytes(doubled)} stored again for another owner or mode`,
    deleted === 0 ? "" : `${formatBytes(deleted)} deleted`,
    replaced === 0 ? "" : `${formatBytes(replaced)} replaced`,
  ];
  return `${parts.filter((part) => part !== "").join(", ")}; the largest is ${example}`;
}
