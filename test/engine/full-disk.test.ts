import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { run } from "../../src/kit/exec.ts";
import { leftOf, seaworthy } from "./support/cli.ts";
import { tinyService } from "./support/tiny-service.ts";

const isRoot = process.getuid?.() === 0;
const why = isRoot ? "" : " (skipped: only root can mount a small disk)";

/** Enough for less and less: it fills at the first step, while it builds, and when evidence is written. */
it.skipIf(!isRoot).each([16, 96, 256])(
  `says that the disk of the run is full when it has room for %i kB, and leaves nothing${why}`,
  async (kilobytes) => {
    await using fixture = await tinyService();
    const disk = join(fixture.folder, ".seaworthy");
    await mkdir(disk);
    const options = ["-t", "tmpfs", "-o", `size=${kilobytes}k`];
    expect(await run("mount", [...options, "seaworthy-test", disk])).toMatchObject({ code: 0 });
    try {
      const { code, stderr } = await seaworthy([`${fixture.folder}/`, "--repetitions", "1"]);
      expect(stderr).toMatch(/cannot be written: .*ENOSPC/);
      expect(stderr).toMatch(/\[files\/unwritable\]/);
      expect(stderr).not.toMatch(/\n\s+at |bug in seaworthy/);
      expect(code).toBe(2);
      expect(await leftOf(fixture.folder)).toEqual([]);
    } finally {
      await run("umount", [disk]);
    }
  },
);
