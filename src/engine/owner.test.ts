import { expect, it } from "vitest";
import { isAbandoned, isOfRun, isOurs, labelsOf, ownerNow } from "./owner.ts";
import { insideUid, parseStatus, parseStatuses, parseUidMap } from "./processes.ts";

const mine = labelsOf(ownerNow("r"), "container", Date.now());
const later = Date.now() + 48 * 3600_000;

it("counts the living, the foreign and the unclear as not abandoned", () => {
  expect(isAbandoned(mine)).toBe(false);
  expect(isAbandoned(mine, later)).toBe(false);
  expect(isAbandoned({})).toBe(false);
  expect(isAbandoned({ "seaworthy.run": "r" })).toBe(false);
  expect(isAbandoned({ ...mine, "seaworthy.pid": "x" })).toBe(false);
  expect(isAbandoned({ ...mine, "seaworthy.boot": "other-machine/1/2" })).toBe(false);
});

it("finds a process that is gone, and one whose number was given to another", () => {
  expect(isAbandoned({ ...mine, "seaworthy.pid": "4194999" })).toBe(true);
  expect(isAbandoned({ ...mine, "seaworthy.boot": `${mine["seaworthy.boot"]}0` })).toBe(true);
});

it("lets only the expiry decide for another machine, and for what is kept on purpose", () => {
  expect(isAbandoned({ ...mine, "seaworthy.boot": "other-machine/1/2" }, later)).toBe(true);
  const kept = { ...labelsOf(ownerNow("r"), "kept-image", Date.now(), 3600_000), "seaworthy.pid": "4194999" };
  expect(isAbandoned(kept)).toBe(false);
  expect(isAbandoned(kept, later)).toBe(true);
  expect([isOfRun(mine, "r"), isOfRun(mine, "other"), isOfRun(kept, "r")]).toEqual([true, false, false]);
});

it("does not take inherited labels for our own", () => {
  const image = labelsOf(ownerNow("r"), "image", Date.now());
  expect([
    isOurs(mine, "container"),
    isOurs(image, "image"),
    isOurs(image, "container"),
    isOurs(mine, "image"),
  ]).toEqual([true, true, false, false]);
});

const status = "Name:\tpython3\nUmask:\t0022\nNSpid:\t9001\t7\nUid:\t1000\t1001\t1000\t1001\n";

it("reads the effective uid and the pid inside the container", () => {
  expect(parseStatus(status)).toEqual({ name: "python3", uid: 1001, namespacePids: [9001, 7] });
  expect(parseStatuses(`${status}${status.replace("python3", "cat")}`)).toEqual([
    { pid: 7, uid: 1001, argv: "python3" },
  ]);
});

it("turns a uid of the host into the one inside a user namespace", () => {
  const map = parseUidMap("         0     100000      65536\n");
  expect(insideUid(101_001, map)).toBe(1001);
  expect(insideUid(5, map)).toBe(65_534);
  expect(insideUid(1001, parseUidMap(""))).toBe(1001);
});
