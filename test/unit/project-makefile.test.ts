import { describe, expect, it } from "vitest";
import { allRecipes, makeCallOf, recipesOf } from "../../src/project/makefile.ts";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

const MAKEFILE = `# The tools.
UV := uv
APP ?= main:app
PORT ?= 8000
SERVE = $(UV) run uvicorn $(APP) \\
	--port $(PORT)

.PHONY: all run
all: run

install: pyproject.toml | tools
	@$(UV) sync \${OPTS}

tools check:
	-@echo "$$HOME $@"

run: migrate ## starts it
	$(SERVE) \\
	  --host 0.0.0.0 # here

migrate: ; alembic upgrade head

where:
	cd $(shell pwd) && ls $(DIR)
`;
const lines = (...words: readonly string[]) => {
  const call = makeCallOf(["make", ...words]);
  return call === undefined ? [] : recipesOf(MAKEFILE, call).map(({ line, text }) => `${line} ${text}`);
};

describe("the recipe that make is asked for", () => {
  it.each([
    [["run"], ["alembic upgrade head", "uv run uvicorn main:app --port ${PORT:-8000} --host 0.0.0.0 # here"]],
    [
      ["-s", "APP=svc:app", "-j", "4", "PORT=1", "run"],
      ["alembic upgrade head", "uv run uvicorn svc:app --port 1 --host 0.0.0.0 # here"],
    ],
    [[], ["alembic upgrade head", "uv run uvicorn main:app --port ${PORT:-8000} --host 0.0.0.0 # here"]],
    [["install"], ['echo "$HOME tools"', "uv sync ${OPTS}"]],
    [["where"], ["cd $(shell pwd) && ls ${DIR}"]],
    [["none"], []],
  ])("make %j", (words, expected) => {
    expect(lines(...words).map((line) => line.replace(/^\d+ /, ""))).toEqual(expected);
  });

  it("names its line", () => {
    const lineOf = (text: string) => MAKEFILE.split("\n").findIndex((line) => line.startsWith(text)) + 1;
    expect(lines("install")[1]).toBe(`${lineOf("\t@$(UV)")} uv sync \${OPTS}`);
    expect(lines("run")[1]?.split(" ")[0]).toBe(String(lineOf("\t$(SERVE)")));
  });

  it("knows the folder and the file, and no other program", () => {
    expect(makeCallOf(["/usr/bin/make", "-C", "api", "-f", "dev.mk", "run"])).toMatchObject({
      folder: "api",
      file: "dev.mk",
      targets: ["run"],
    });
    expect(makeCallOf(["make", "--directory=api", "--file=x.mk"])).toMatchObject({ folder: "api", file: "x.mk" });
    expect(makeCallOf(["cmake", "."])).toBeUndefined();
    expect(makeCallOf([])).toBeUndefined();
  });

  it("ends where targets need each other, and at variables that name themselves", () => {
    const call = { targets: ["a"], given: new Map<string, string>() };
    expect(recipesOf("A = $(A) x\na: b\n\techo $(A)\nb: a\n\techo b\n", call).map(({ text }) => text)[0]).toBe(
      "echo b",
    );
    expect(allRecipes("X = 1\r\na:\r\n\techo $(X)\r\n")).toEqual([{ line: 3, text: "echo 1" }]);
  });
});

describe("an image that starts with make", () => {
  const files = {
    Dockerfile: 'FROM python:3.13\nWORKDIR /srv\nCOPY backend/ .\nENV PORT=9000\nCMD ["make", "run"]\n',
    "backend/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
    "backend/Makefile": MAKEFILE,
    "requirements.txt": "fastapi\nuvicorn\n",
  };

  it("is started as the recipe says", async () => {
    const { starts, port, application } = await readService(memoryTree(files));
    expect(starts[0]).toMatchObject({
      role: "web",
      server: "uvicorn",
      wrappers: ["make run", "alembic upgrade head start", "uv run"],
    });
    expect(port?.value).toEqual({ number: 9000, variable: "PORT" });
    expect(application?.value).toMatchObject({ attribute: "app" });
  });

  it("is started by nothing that is known without the Makefile", async () => {
    const { starts } = await readService(memoryTree({ ...files, "backend/Makefile": "" }));
    expect(starts[0]).toMatchObject({ role: "other", server: "unknown" });
  });

  it("comes through a second target, and through a script", async () => {
    const through = async (makefile: string) => {
      const more = { "backend/Makefile": makefile, "backend/serve.sh": "#!/bin/sh\nexec gunicorn main:app\n" };
      return (await readService(memoryTree({ ...files, ...more }))).starts[0]?.server;
    };
    expect(await through("run:\n\t$(MAKE) serve\nserve:\n\tgunicorn main:app\n")).toBe("gunicorn");
    expect(await through("run:\n\t./serve.sh\n")).toBe("gunicorn");
    expect(await through("run:\n\tmake run\n")).toBe("unknown");
  });
});
