import type { JSX } from "preact";
import { visible } from "../../kit/text.ts";
import type { RenderedFile, Report } from "../../model/types.ts";
import { Nothing, Section } from "./parts.tsx";

/** The files that `seaworthy apply` would write. */
export function Files({ report }: { readonly report: Report }): JSX.Element {
  const { files } = report;
  const lead = (
    <>
      What <code>seaworthy apply</code> writes into the service's folder; nothing was changed there yet.
    </>
  );
  return (
    <Section id="files" title="Files" lead={lead}>
      {files.length === 0 ? <Nothing>No file was rendered.</Nothing> : undefined}
      {files.map((file) => (
        <File key={file.path} file={file} />
      ))}
    </Section>
  );
}

function File({ file }: { readonly file: RenderedFile }): JSX.Element {
  const lines = visible(file.content).replace(/\n$/, "").split("\n");
  return (
    <details class="file">
      <summary>
        <code>{file.path}</code>{" "}
        <span class="muted">
          {file.mode === "block" ? "one block of it, " : ""}
          {lines.length} lines. {file.why}
        </span>
      </summary>
      <pre tabIndex={0}>
        <code>
          {lines.map((line, index) => (
            <span key={index} class={line.trimStart().startsWith("#") ? "line comment" : "line"}>
              {line}
              {"\n"}
            </span>
          ))}
        </code>
      </pre>
    </details>
  );
}
