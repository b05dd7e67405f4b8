import { layers, type Layers } from "../probes/layers.ts";
import type { Check } from "./check.ts";
import { exampleLayers } from "./support/examples.ts";
import { fail, pass, some } from "./support/verdicts.ts";

/** What the usual base images bring: `no-new-privileges` makes them harmless, and a service does not remove them. */
const OF_THE_BASES =
  /\/(su|mount|umount|passwd|chsh|chfn|newgrp|gpasswd|chage|expiry|unix_chkpwd|pam_timestamp_check|write|wall|utempter|ssh-keysign|ssh-agent|dbus-daemon-launch-helper|bwrap)$/;

const sudo = { path: "/usr/bin/sudo", mode: "4755", layer: 4, owner: "deb sudo" };

export const modesRestricted: Check<Layers> = {
  id: "modes-restricted",
  severity: "warning",
  title: "No program runs as somebody else, and no file can be written by everybody",
  why: "A setuid program gives whoever breaks into the service the rights of root; a file that everybody may write is where an intruder stays.",
  source: "CIS Docker Benchmark 4.8",
  whenItFails: {
    symptom: "A scan of the image names a setuid program or a world-writable path.",
    cause: "A package such as sudo was installed, or a `chmod -R 777` was to get rid of a permission error.",
    remedy: "Remove the package; give one folder to the service's user with `install -d -o`.",
  },
  needs: layers,
  examples: [
    { name: "as the bases have it", data: exampleLayers, status: "pass" },
    { name: "su of the base", data: withModes({ setId: [{ ...sudo, path: "/usr/bin/su" }] }), status: "pass" },
    {
      name: "of the full image of Python, with git",
      data: withModes({ setId: [{ ...sudo, path: "/usr/bin/ssh-agent", mode: "2755" }] }),
      status: "pass",
    },
    { name: "sudo", data: withModes({ setId: [sudo] }), status: "fail" },
    { name: "chmod 777", data: withModes({ forAll: ["/app", "/app/main.py"] }), status: "fail" },
  ],
  judge({ modes: { setId, forAll } }) {
    const added = setId.filter(({ path }) => !OF_THE_BASES.test(path));
    const problems = [
      ...(added.length === 0
        ? []
        : [`Set to run as its owner or group: ${some(added.map(({ path, mode }) => `${path} (${mode})`))}`]),
      ...(forAll.length === 0 ? [] : [`Everybody may write ${some(forAll)}`]),
    ];
    if (problems.length > 0) return fail(`${problems.join(". ")}.`);
    return pass(`${setId.length} setuid and setgid programs, all of the base image; nothing that everybody may write.`);
  },
};

function withModes(modes: Partial<Layers["modes"]>): Layers {
  return { ...exampleLayers, modes: { ...exampleLayers.modes, ...modes } };
}
