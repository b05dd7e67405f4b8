import { counted } from "../kit/text.ts";
import { layers, type Layers } from "../probes/layers.ts";
import type { MissingLibrary } from "../probes/support/libraries.ts";
import type { Check } from "./check.ts";
import { exampleLayers } from "./support/examples.ts";
import { fail, notApplicable, pass, some } from "./support/verdicts.ts";

/**
 * Modules that do without what they need: whoever imports them catches the failure. NVIDIA's are for networks and
 * processors of their own, and are loaded where there are such.
 */
const OPTIONAL =
  /\/(?:_tkinter|tbbpool|omppool)\.[^/]*so$|\/(?:libcufile_rdma|libonnxruntime_providers_tensorrt|nvshmem_(?:bootstrap|transport)_\w+)\.so[.\d]*$/;
/** Folders from which the system's own packages are loaded: their dependencies are dpkg's, rpm's or apk's to keep. */
const OF_A_PACKAGE = /^(deb|apk|rpm) /;

const psycopg: MissingLibrary = {
  path: "/opt/venv/lib/python3.13/site-packages/psycopg2/_psycopg.cpython-313-x86_64-linux-gnu.so",
  library: "libpq.so.5",
  owner: "pypi psycopg2",
  elsewhere: undefined,
};
const withMissing = (...missing: readonly MissingLibrary[]): Layers => ({
  ...exampleLayers,
  libraries: { ...exampleLayers.libraries, missing },
});

export const librariesResolve: Check<Layers> = {
  id: "libraries-resolve",
  severity: "warning",
  title: "Every shared library that the service's files need is in the image",
  why: "A copy between stages brings a module without the system library it was linked with: the import fails, often at the first request only.",
  source: "ELF specification: DT_NEEDED; ld.so(8)",
  whenItFails: {
    symptom: "`ImportError: libpq.so.5: cannot open shared object file`, or `not found` for a program that is there.",
    cause:
      "The system package was installed in the builder only, `ldconfig` was not run after a copy, or musl and glibc are mixed.",
    remedy: "Install the library's runtime package in the final stage, or use a wheel that brings it.",
  },
  needs: layers,
  examples: [
    { name: "all found", data: exampleLayers, status: "pass" },
    { name: "libpq is missing", data: withMissing(psycopg), status: "fail" },
    {
      name: "there, and the loader's cache does not know it",
      data: withMissing({ ...psycopg, elsewhere: "/usr/local/lib/libpq.so.5" }),
      status: "fail",
    },
    {
      name: "another module of the distribution loads it first",
      data: withMissing({
        ...psycopg,
        elsewhere: "/opt/venv/lib/python3.13/site-packages/psycopg2_binary.libs/libpq.so.5",
      }),
      status: "pass",
    },
    {
      name: "an optional module",
      data: withMissing({ ...psycopg, path: "/usr/local/lib/python3.13/lib-dynload/_tkinter.cpython-313.so" }),
      status: "pass",
    },
    {
      name: "NVIDIA's transports, for hardware that an image does not know",
      data: withMissing(
        ...["cufile/lib/libcufile_rdma.so.1", "nvshmem/lib/nvshmem_transport_ibrc.so.3"].map((path) => ({
          ...psycopg,
          path: `/opt/venv/lib/python3.13/site-packages/nvidia/${path}`,
          library: "libmlx5.so.1",
        })),
      ),
      status: "pass",
    },
    {
      name: "no program at all",
      data: { ...exampleLayers, libraries: { files: 0, missing: [], unread: [] } },
      status: "not-applicable",
    },
  ],
  judge({ libraries: { files, missing, unread } }) {
    if (files === 0)
      return notApplicable(
        "No program was found, neither in the folders for them nor by the command, and no shared library.",
      );
    const accused = missing.filter(isAccused);
    if (accused.length > 0) return fail(`Not found by the loader: ${some(accused.map(inWords))}.`);
    const others =
      missing.length === 0 ? "" : ` ${missing.length} more are optional, loaded otherwise or not the service's.`;
    const large = unread.length === 0 ? "" : ` Too large to be read: ${some(unread)}.`;
    return pass(
      `The libraries of ${counted(files, "program or module", "programs and modules")} were looked up as the loader does.${others}${large}`,
    );
  },
};

/** A library elsewhere among the Python packages may have been loaded by the code before it is needed. */
function isAccused({ path, owner, elsewhere = "" }: MissingLibrary): boolean {
  if (OPTIONAL.test(path) || OF_A_PACKAGE.test(owner ?? "")) return false;
  return !/\/(site|dist)-packages\//.test(elsewhere);
}

function inWords({ path, library, elsewhere }: MissingLibrary): string {
  const where = elsewhere === undefined ? "" : `; it is at ${elsewhere}, where the loader does not look`;
  return `\`${library}\`, needed by ${path}${where}`;
}
