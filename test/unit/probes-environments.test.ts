import { describe, expect, it } from "vitest";
import type { LayerEntry } from "../../src/engine/engine.ts";
import { EnvironmentSearch } from "../../src/probes/support/environments.ts";
import { LibrarySearch } from "../../src/probes/support/libraries.ts";
import { ModeSearch } from "../../src/probes/support/modes.ts";
import { walk, file, link } from "../support/walked-tree.ts";

type Content = Buffer | string;

const SITE = "opt/venv/lib/python3.13/site-packages";

describe("paths", () => {
  it("follow links in every part, and end in a circle", () => {
    const [, paths] = walk(
      new LibrarySearch(),
      link("lib", "usr/lib"),
      link("usr/lib", "/opt/lib"),
      file("opt/lib/a"),
      link("x", "y"),
      link("y", "x"),
    );
    expect(paths.file("/lib/a")?.path).toBe("opt/lib/a");
    expect(paths.file("/lib/../lib/./a")?.path).toBe("opt/lib/a");
    expect(paths.exists("/opt")).toBe(true);
    expect(paths.exists("/x")).toBe(false);
    expect(paths.file("/x")).toBeUndefined();
  });
});

describe("environments", () => {
  const broken = (...files: ReadonlyArray<readonly [LayerEntry, Content]>) => {
    const search = new EnvironmentSearch();
    const [tree, paths] = walk(search, ...files);
    return search.found(tree, paths, "/usr/local/bin:/usr/bin").broken.map(({ kind, names }) => `${kind}: ${names}`);
  };
  const python = file("usr/bin/python3.13");
  const environment = [
    python,
    file("opt/venv/pyvenv.cfg", "home = /usr/bin\nversion_info = 3.13.5\n"),
    link("opt/venv/bin/python", "/usr/bin/python3.13"),
    file(`${SITE}/x.py`),
  ];
  it("are whole when everything that they name is there", () => {
    expect(
      broken(
        ...environment,
        file("opt/venv/bin/uvicorn", "#!/opt/venv/bin/python\n"),
        file("opt/venv/bin/tool", "#!/bin/sh\n'''exec' /opt/venv/bin/python \"$0\" \"$@\"\n"),
        file("opt/venv/bin/other", "#!/usr/bin/env -S python3.13 -I\n"),
        file(`${SITE}/pyspark/bin/sparkR`, "#!/usr/bin/env Rscript\n"),
        file("opt/venv/bin/binary", "\u007fELF"),
        file(`${SITE}/x.pth`, "import sys\n/opt/venv\nrelative\n"),
        file("bin/sh"),
      ),
    ).toEqual([]);
  });
  it.each([
    ["a script of another path", [file("opt/venv/bin/x", "#!/build/bin/python\n")], "interpreter: /build/bin/python"],
    [
      "a long path behind exec",
      [file("opt/venv/bin/x", '#!/bin/sh\n\'\'\'exec\' "/build/bin/python" "$0" "$@"\n'), file("bin/sh")],
      "interpreter: /build/bin/python",
    ],
    ["a program that PATH does not have", [file("usr/local/bin/x", "#!/usr/bin/env node\n")], "interpreter: node"],
    [
      "an editable installation",
      [file(`${SITE}/x-1.dist-info/direct_url.json`, '{"url": "file:///src/x", "dir_info": {"editable": true}}')],
      "editable: /src/x",
    ],
    ["a path file", [file(`${SITE}/x.pth`, "/src/x\n")], "path file: /src/x"],
  ] as const)("are not with %s", (_, files, problem) => {
    expect(broken(...environment, ...files)).toEqual([problem]);
  });
  it("are not when the base has no Python, or another one", () => {
    const [, config, program, source] = environment;
    expect(broken(config ?? python, program ?? python, source ?? python)).toEqual([
      "base Python: /usr/bin",
      "base Python: /usr/bin/python3.13",
    ]);
    expect(
      broken(
        file("usr/bin/python3.12"),
        config ?? python,
        link("opt/venv/bin/python", "/usr/bin/python3.12"),
        source ?? python,
      ),
    ).toEqual(["Python version: /usr/bin/python3.12"]);
  });
});

describe("modes", () => {
  const modes = (user: string, ...files: ReadonlyArray<readonly [LayerEntry, Content]>) => {
    const search = new ModeSearch();
    const [tree] = walk(search, file("etc/passwd", "root:x:0:0::/:\napp:x:1001:1002::/:\n"), ...files);
    return search.found(tree, { user, writable: ["/data"], volumes: ["/data/"], owner: () => "deb sudo" });
  };
  it("name setuid programs, and what everybody may write", () => {
    const { setId, forAll } = modes(
      "1001",
      file("usr/bin/sudo", "", { mode: 0o4755 }),
      file("usr/bin/plain"),
      file("app/open", "", { mode: 0o666 }),
      file("data/open", "", { mode: 0o666 }),
      file("opt/venv/.lock", "", { mode: 0o666, bytes: 0 }),
      file("opt/venv/full.lock", "", { mode: 0o666, bytes: 5 }),
      file("tmp", "", { mode: 0o777, kind: "directory" }),
      file("app/shared", "", { mode: 0o1777, kind: "directory" }),
      file("app/uploads", "", { mode: 0o777, kind: "directory" }),
    );
    expect(setId).toEqual([{ path: "/usr/bin/sudo", mode: "4755", layer: 0, owner: "deb sudo" }]);
    expect(forAll).toEqual(["/app/open", "/opt/venv/full.lock", "/app/uploads"]);
  });
  const code = [
    file("app/own.py", "", { mode: 0o644, uid: 1001 }),
    file("app/groups.py", "", { mode: 0o664, gid: 1002 }),
    file("app/roots.py", "", { mode: 0o644 }),
    file("app/data.json", "", { uid: 1001 }),
    file("data/own.py", "", { uid: 1001 }),
  ];
  it.each([
    ["1001:1002", { uid: 1001, count: 2, replaceable: 0, examples: ["/app/own.py", "/app/groups.py"] }],
    ["app", { uid: 1001, count: 2, replaceable: 0, examples: ["/app/own.py", "/app/groups.py"] }],
    ["1001:5", { uid: 1001, count: 1, replaceable: 0, examples: ["/app/own.py"] }],
    ["", undefined],
    ["root", undefined],
    ["nobody-knows", undefined],
  ])("tell what user %j may change of the code", (user, expected) => {
    expect(modes(user, ...code).codeWritable).toEqual(expected);
  });
  it("tell what the user may change of the code in a volume", () => {
    expect(modes("1001", ...code).codeInVolumes).toEqual({ count: 1, replaceable: 0, examples: ["/data/own.py"] });
    expect(modes("1002", ...code).codeInVolumes).toEqual({ count: 0, replaceable: 0, examples: [] });
    expect(modes("root", ...code)).not.toHaveProperty("codeInVolumes");
  });
});
