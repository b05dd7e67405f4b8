import { describe, expect, it } from "vitest";
import { type KernelLists, listeningFrom, readListening, whyUnreached } from "../../src/probes/support/listening.ts";

/** A line of /proc/net/tcp, as the kernel writes it. */
const tcp = (address: string, port: number, state = "0A"): string =>
  `   0: ${address}:${port.toString(16).toUpperCase().padStart(4, "0")} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1001        0 51 1`;
const HEAD = "  sl  local_address rem_address   st tx_queue";
const ANY_6 = "0".repeat(32);
const LOOPBACK_6 = "00000000000000000000000001000000";

const at = (lists: Partial<KernelLists>) => readListening(lists);

describe("where a container listens", () => {
  it.each<[string, Partial<KernelLists>, ReturnType<typeof readListening>["tcp"]]>([
    ["all of IPv4", { tcp: [HEAD, tcp("00000000", 8000)] }, [{ port: 8000, reach: "all" }]],
    ["an address of IPv4", { tcp: [HEAD, tcp("020011AC", 8000)] }, [{ port: 8000, reach: "all" }]],
    ["the loopback", { tcp: [HEAD, tcp("0100007F", 8000)] }, [{ port: 8000, reach: "loopback" }]],
    ["all of both", { tcp6: [HEAD, tcp(ANY_6, 8000)], both: [8000] }, [{ port: 8000, reach: "all" }]],
    ["all of IPv6 only", { tcp6: [HEAD, tcp(ANY_6, 8000)] }, [{ port: 8000, reach: "ipv6" }]],
    ["the loopback of IPv6", { tcp6: [HEAD, tcp(LOOPBACK_6, 8000)] }, [{ port: 8000, reach: "loopback" }]],
    ["nothing: it is connected", { tcp: [HEAD, tcp("020011AC", 8000, "01")] }, []],
    ["nothing: it is Docker's name server", { tcp: [HEAD, tcp("0B00007F", 40_001)] }, []],
  ])("%s", (_, lists, places) => {
    expect(at(lists).tcp).toEqual(places);
  });
  it("are unix sockets that accept, and none that is connected", () => {
    const unix = [
      "Num       RefCount Protocol Flags    Type St Inode Path",
      "0000000000000000: 00000002 00000000 00010000 0001 01 52 /tmp/my app.sock",
      "0000000000000000: 00000003 00000000 00000000 0001 03 53 /run/other.sock",
      "0000000000000000: 00000003 00000000 00000000 0001 03 54",
    ];
    expect(at({ unix }).unix).toEqual(["/tmp/my app.sock"]);
  });
});

describe("where a container without Python listens", () => {
  it("is read from the kernel's lists one after the other", () => {
    const unix = "0000000000000000: 00000002 00000000 00010000 0001 01 52 /run/app.sock";
    const text = [HEAD, tcp("0100007F", 9000), HEAD, tcp(ANY_6, 8080), "Num RefCount Protocol", unix].join("\n");
    expect(listeningFrom(text)).toEqual({
      tcp: [
        { port: 8080, reach: "all" },
        { port: 9000, reach: "loopback" },
      ],
      unix: ["/run/app.sock"],
    });
  });
  it("is nowhere where the lists are empty, and not known where there are none", () => {
    expect(listeningFrom(`${HEAD}\n`)).toEqual({ tcp: [], unix: [] });
    expect(listeningFrom("")).toBeUndefined();
  });
});

describe("why nobody was answered", () => {
  it("is not that it listens there", () => {
    expect(whyUnreached(at({ tcp: [tcp("00000000", 8000)] }), 8000)).toBeUndefined();
  });
  it.each<[string, Partial<KernelLists>, RegExp, boolean]>([
    ["another port", { tcp: [tcp("00000000", 8080)] }, /listens on port 8080, and not on 8000: .*ports: 8080/, false],
    ["the loopback", { tcp: [tcp("0100007F", 8000)] }, /port 8000 of the loopback only/, false],
    ["another port of the loopback", { tcp: [tcp("0100007F", 8080)] }, /port 8080 of the loopback only/, false],
    ["IPv6", { tcp6: [tcp(ANY_6, 8000)] }, /port 8000 of IPv6 only/, true],
    ["a unix socket", { unix: ["0: 2 0 00010000 1 1 52 /tmp/app.sock"] }, /unix socket \/tmp\/app\.sock/, true],
    ["nothing", {}, /Nothing in it listens/, false],
  ])("%s", (_, lists, why, isUnproven) => {
    const unreached = whyUnreached(at(lists), 8000);
    expect(unreached?.why).toMatch(why);
    expect(unreached?.unproven).toBe(isUnproven);
  });
});
