import { expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

const begins = '\nif __name__ == "__main__":\n    main()\n';
const service = {
  Dockerfile: 'FROM python:3.13-slim-trixie\nWORKDIR /srv\nCOPY . .\nCMD ["uvicorn", "web:app"]\n',
  "requirements.txt": "fastapi==0.115.0\nuvicorn==0.34.0\n",
  "web.py": "from fastapi import FastAPI\napp = FastAPI()\n",
  "backup.py": `import subprocess\ndef main():\n    subprocess.run(["git", "push"])\n    open("backups.json", "w")\n${begins}`,
};

async function known(more: Readonly<Record<string, string>>) {
  const { programs, writes } = await readService(memoryTree({ ...service, ...more }));
  return { programs: programs.map(({ program }) => program), writes: writes.map(({ path }) => path) };
}

const BOTH = { programs: ["git"], writes: ["backups.json"] };
const NONE = { programs: [], writes: [] };

it("asks nothing of the image for a script that only somebody at a desk starts", async () =>
  expect(await known({})).toEqual(NONE));

it("asks nothing where only other such scripts name it, and it names them", async () =>
  expect(
    await known({
      "centre.py": `import backup\nimport restore\ndef main():\n    backup.main()\n${begins}`,
      "restore.py": `import centre\nimport backup\ndef main():\n    pass\n${begins}`,
    }),
  ).toEqual(NONE));

it.each([
  ["the service imports it", { "web.py": `import backup\n${service["web.py"]}` }],
  [
    "the service imports a script that does",
    {
      "web.py": `import centre\n${service["web.py"]}`,
      "centre.py": `import backup\ndef main():\n    pass\n${begins}`,
    },
  ],
  ["the image starts it", { Dockerfile: service.Dockerfile.replace('"uvicorn", "web:app"', '"python", "backup.py"') }],
])("asks for it where %s", async (_, more) => expect(await known(more)).toMatchObject(BOTH));
