import { createServer, type RequestListener } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { exampleContract } from "../../src/checks/support/examples.ts";
import type { Container } from "../../src/engine/engine.ts";
import type { Contract, Service } from "../../src/model/types.ts";
import { UserError } from "../../src/kit/errors.ts";
import { names } from "../../src/probes/support/logs.ts";
import { isLogFile } from "../../src/probes/ordinary-run.ts";
import { complaints, wholeLog } from "../../src/probes/support/writable-run.ts";
import { firstHealthy, whyUnhealthy } from "../../src/probes/support/health.ts";
import { halfBody, namedRequest } from "../../src/probes/support/in-flight.ts";
import { openRequest, readAnswer } from "../../src/probes/support/raw-request.ts";
import { bodyRoutes, operations, readableRoutes, visit } from "../../src/probes/support/routes.ts";

const { signal } = new AbortController();
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listening(server: Server): Promise<Server> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** A container whose published port is a server of this process. */
async function containerOf(listener: RequestListener): Promise<Container> {
  const server = await listening(createServer({ keepAlive: false } as never, listener));
  return {
    startedAt: performance.now(),
    url: (_: number, path: string) => new URL(path, `http://127.0.0.1:${portOf(server)}`),
    exited: (stop: AbortSignal) =>
      new Promise((_, reject) => stop.addEventListener("abort", () => reject(new Error("called off")))),
  } as unknown as Container;
}

describe("reading an answer", () => {
  const read = (text: string, ended: "open" | "closed" | "reset" = "closed") => readAnswer(Buffer.from(text), ended);
  it.each([
    ["a whole body", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", true],
    ["half a body", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", false],
    ["all chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", true],
    ["no last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", false],
    ["no body", "HTTP/1.1 204 No Content\r\n\r\n", true],
    ["an end for a length", "HTTP/1.0 200 OK\r\n\r\nok", true],
    ["half a head", "HTTP/1.1 200 OK\r\nContent", false],
    ["nothing", "", false],
    ["garbage", "SSH-2.0\r\n\r\n", false],
    ["an interim answer before it", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true],
  ])("%s: %#", (_, text, complete) => {
    expect(read(text).complete).toBe(complete);
  });
  it("does not take a reset for an end", () => {
    expect(read("HTTP/1.0 200 OK\r\n\r\nok", "reset").complete).toBe(false);
  });
});

describe("a request in flight", () => {
  const routes = [{ method: "POST", path: "/items" }];
  it("is held by a route that reads its body, and answered when the rest is sent", async () => {
    const container = await containerOf((request, response) => {
      request.resume().on("end", () => response.writeHead(422).end("no"));
    });
    await using held = await halfBody(container, exampleContract, routes);
    expect(held).toMatchObject({ expected: 422, request: "POST /items, half of its body sent after `100 Continue`" });
    expect(await held?.finish(1000)).toMatchObject({ status: 422, complete: true });
  });
  it("is taken for held by its silence where the server does not say that it reads", async () => {
    const server = await listening(
      createTcpServer((socket) => {
        let seen = "";
        socket.on("error", () => {});
        socket.on("data", (chunk) => {
          seen += chunk.toString("latin1");
          const [head = "", body = ""] = seen.split("\r\n\r\n");
          const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
          if (body.length === length) socket.end("HTTP/1.1 422 No\r\nContent-Length: 2\r\n\r\nno");
        });
      }),
    );
    const container = { url: (_: number, path: string) => new URL(path, `http://127.0.0.1:${portOf(server)}`) };
    await using held = await halfBody(container as never, exampleContract, routes);
    expect(held?.request).toBe("POST /items, half of its body sent, taken for in flight by its silence");
    expect(await held?.finish(1000)).toMatchObject({ status: 422, complete: true });
  }, 30_000);
  it("is held on the slow route that the team names, and refused on one that is not slow", async () => {
    const container = await containerOf((request, response) => {
      const after = request.url?.startsWith("/slow") === true ? 700 : 0;
      setTimeout(() => response.end("done"), after);
    });
    const named = (path: string) => namedRequest(container, exampleContract, { method: "GET", path, holdMs: 200 });
    await using held = await named("/slow?key=1");
    expect(held).toMatchObject({ expected: 200, request: "GET /slow, which seaworthy.yaml names as slow" });
    expect(await held.finish(2000)).toMatchObject({ status: 200, complete: true });
    await expect(named("/quick")).rejects.toMatchObject({ code: "probe/slow-route-quick" });
  }, 30_000);
  it("is held on the route of a team's own request, which is let in as that is", async () => {
    const container = await containerOf((request, response) => {
      const letIn = request.headers.authorization === "Bearer of-ours" && request.url === "/own?key=1";
      if (letIn) request.resume().on("end", () => response.writeHead(200).end("ok"));
      else response.writeHead(404, { connection: "close" }).end();
    });
    const asked = { kind: "http", id: "own", title: "own", where: "", method: "POST", path: "/own?key=1" } as const;
    const headers = { Authorization: "Bearer of-ours", "content-type": "text/csv" };
    const sought = { body: "a,b", status: 200, answer: {}, json: {} };
    const found = async (body: string | undefined) => {
      const expectations = [{ ...asked, headers, ...sought, body }] as unknown as Contract["expectations"] & object;
      const contract = { ...exampleContract, expectations };
      return await bodyRoutes(container, { service: { routes: [] } as unknown as Service, contract, signal });
    };
    expect(await found("a,b")).toEqual([
      { method: "POST", path: "/own?key=1", headers: { Authorization: "Bearer of-ours" } },
    ]);
    expect(await found(undefined)).toEqual([]);
    await using held = await halfBody(container, exampleContract, await found("a,b"));
    expect(held?.request).toBe("POST /own, half of its body sent after `100 Continue`");
    await using none = await halfBody(container, exampleContract, [{ method: "POST", path: "/own?key=1" }]);
    expect(none).toBeUndefined();
  });
  it("is not claimed for a route that answers before the body is there", async () => {
    const container = await containerOf((_, response) => response.writeHead(401, { connection: "close" }).end("no"));
    expect(await halfBody(container, exampleContract, routes)).toBeUndefined();
  });
  it("says that the connection was cut", async () => {
    const server = await listening(createTcpServer((socket) => setTimeout(() => socket.destroy(), 20)));
    await using request = await openRequest(new URL(`http://127.0.0.1:${portOf(server)}/`), "POST / HTTP/1.1\r\n\r\n");
    expect(await request.silentFor(300)).toBe(false);
    expect(await request.answer(300)).toMatchObject({ status: 0, complete: false });
  });
});

describe("waiting for health", () => {
  it("takes the first good answer, not the first answer", async () => {
    let asked = 0;
    const container = await containerOf((_, response) => {
      asked += 1;
      response.writeHead(asked < 3 ? 503 : 200).end();
    });
    expect(await firstHealthy(container, exampleContract, { limitMs: 2000, signal })).toMatchObject({ healthy: true });
    expect(asked).toBe(3);
  });
  it("counts until the head of an answer whose body never ends", async () => {
    const container = await containerOf((_, response) => void response.writeHead(200).write("on and on"));
    const began = performance.now();
    const health = await firstHealthy(container, exampleContract, { limitMs: 5000, signal, since: began });
    expect(health.healthy).toBe(true);
    // The body is given a second to end.
    expect(performance.now() - began - health.milliseconds).toBeGreaterThan(900);
  });
  it("gives up in time, and says what came last", async () => {
    const container = await containerOf((_, response) => response.writeHead(503).end());
    const health = await firstHealthy(container, exampleContract, { limitMs: 100, signal });
    expect(health).toMatchObject({ healthy: false, last: "HTTP 503", exit: undefined });
  });
  it("leaves unproven a health path that lets nobody in", async () => {
    const container = await containerOf((_, response) => response.writeHead(401).end());
    const health = await firstHealthy(container, exampleContract, { limitMs: 100, signal });
    expect(health).toMatchObject({ healthy: false, unreached: { unproven: true } });
    expect(whyUnhealthy(health, [])).toMatch(/It answers 401: .*`decisions: { health: \/path }`/);
  });
  it("says of a health path that takes no GET that nobody else asks otherwise", async () => {
    const container = await containerOf((_, response) => response.writeHead(405).end());
    const health = await firstHealthy(container, exampleContract, { limitMs: 1000, signal });
    expect(health).toMatchObject({ healthy: false, last: "HTTP 405", unreached: { unproven: false } });
    expect(whyUnhealthy(health, [])).toMatch(/It answers 405: the health path takes no GET/);
  });
  it("stops at once when the container has exited, even when its port is gone", async () => {
    const exit = { code: 3, oomKilled: false, finishedAt: 0 };
    const container = {
      startedAt: performance.now(),
      url: () => {
        throw new UserError("engine/port-not-published", "gone", { hint: "" });
      },
      exited: async () => exit,
    } as unknown as Container;
    const health = await firstHealthy(container, exampleContract, { limitMs: 5000, signal });
    expect(health).toMatchObject({ healthy: false, exit });
    expect(health.milliseconds).toBeLessThan(1000);
  });
});

describe("routes", () => {
  const api = {
    paths: {
      "/items": { get: {}, post: { requestBody: {} } },
      "/items/{id}": { get: {} },
      "/search": { get: { parameters: [{ name: "q", required: true }] } },
      "/logout": { get: {} },
    },
  };
  it("are those that can be asked without knowing anything", async () => {
    const container = await containerOf((request, response) => {
      if (request.url === "/openapi.json") response.end(JSON.stringify(api));
      else response.writeHead(request.url === "/items" ? 200 : 404).end();
    });
    const service = {
      routes: [
        { method: "GET", path: "/health" },
        { method: "get", path: "/own" },
      ],
    } as never;
    const paths = await readableRoutes(container, { service, contract: exampleContract, signal });
    expect(paths).toEqual(["/own", "/openapi.json", "/items"]);
    expect(await visit(container, exampleContract, paths, signal)).toEqual([
      { path: "/own", status: 404 },
      { path: "/openapi.json", status: 200 },
      { path: "/items", status: 200 },
    ]);
  });
  it.each([undefined, null, [], "x", { paths: 3 }, { paths: { "/a": null } }])(
    "survive %j for a description",
    (odd) => {
      expect(operations(odd, ["get"])).toEqual([]);
    },
  );
});

describe("what logs and files say", () => {
  const line = (text: string) => ({ stream: "stderr", at: 0, text }) as const;
  it("takes a failed write for a complaint, unless the writable run complains alike", () => {
    const failed = [line("OSError: [Errno 30] Read-only file system: '/app/x'")];
    expect(complaints(failed, undefined)).toHaveLength(1);
    expect(complaints(failed, { complained: [1] })).toHaveLength(1);
    expect(complaints(failed, { complained: [0] })).toEqual([]);
    expect(complaints([line("the catalogue is in read-only mode")], undefined)).toEqual([]);
  });
  it("takes a path that is refused on a writable root too for no complaint, whatever it is called", () => {
    const failed = [line("Control server error: [Errno 30] Read-only file system: '/.gunicorn'")];
    const usual = { complained: [3], refused: ["/.gunicorn"] };
    expect(complaints(failed, usual)).toEqual([]);
    expect(complaints([...failed, line("[Errno 30] Read-only file system: '/app/x'")], usual)).toHaveLength(1);
  });
  it("finds a complaint at the start of a long log, of which only the end is kept", () => {
    const chatter = Array.from({ length: 300 }, (_, index) => line(`line ${index}`));
    expect(complaints([line("[Errno 30] at the start"), ...chatter], undefined)).toHaveLength(1);
  });
  it.each([
    ["DATABASE_URL is required", "DATABASE_URL", true],
    ["database_url\n  Field required", "DATABASE_URL", true],
    ["MY_DATABASE_URL is required", "DATABASE_URL", false],
    ["something is missing", "DATABASE_URL", false],
  ])("%j names %s: %s", (log, name, is) => {
    expect(names(log, name)).toBe(is);
  });
  it.each([
    ["/app/logs/app.txt", true],
    ["/var/log/service", true],
    ["/app/service.log", true],
    ["/app/service.log.1", true],
    ["/app/service.log.2026-11-29", true],
    ["/app/error_log.txt", true],
    ["/app/changelog.txt", false],
    ["/var/log", false],
    ["/app/catalog/items", false],
    ["/data/index/000003.log", false],
    ["/data/repository/.git/logs/HEAD", false],
    ["/app/__pycache__/log.pyc", false],
  ])("%s is a log file: %s", (path, is) => {
    expect(isLogFile(path)).toBe(is);
  });
});

it("a log is read until it stands still: a traceback is written after its answer", async () => {
  const looks = [["GET /items 500"], ["GET /items 500", "Traceback"], ["GET /items 500", "Traceback", "OSError"]];
  let look = 0;
  const lines = await wholeLog(async () => looks[Math.min(look++, 2)] ?? [], AbortSignal.timeout(60_000));
  expect(lines.at(-1)).toBe("OSError");
  expect(look).toBe(4);
});
