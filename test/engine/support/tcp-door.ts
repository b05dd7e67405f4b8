import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { run } from "../../../src/kit/exec.ts";

/** The engine of the tests behind a TCP port of 127.0.0.1, as `dockerd -H tcp://127.0.0.1:PORT` shows it. */
export interface TcpDoor extends AsyncDisposable {
  readonly port: number;
  /** How many connections have come so far. */
  connections(): number;
}

/** The same as `dockerd --tlsverify` shows it. */
export interface TlsDoor extends TcpDoor {
  /** Folder with the `ca.pem`, `cert.pem` and `key.pem` of a client that is let in. */
  readonly keys: string;
  /** The same with these files in place of some, or none where it is undefined; goes with the door. */
  keysWith(changes: Readonly<Record<string, Buffer | undefined>>): Promise<string>;
  /** The certificate of that client, as of a day on which it had already expired. */
  readonly expired: Buffer;
}

const engine = (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace("unix://", "");

const toEngine = (near: Socket): void => {
  const far = createConnection(engine);
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    one.on("error", () => {});
    one.once("close", () => other.destroy());
  }
  near.pipe(far).pipe(near);
};

async function open(server: Server, dispose: () => Promise<void> = async () => {}): Promise<TcpDoor> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await dispose();
    },
  };
}

export const tcpDoor = (): Promise<TcpDoor> => open(createServer(toEngine));

/** @param name What the server's certificate is for, such as `IP:127.0.0.1`. */
export async function tlsDoor(name: string): Promise<TlsDoor> {
  const keys = await mkdtemp(join(tmpdir(), "sw-tls-"));
  await certificates(keys, name);
  const read = (file: string) => readFile(join(keys, file));
  const server = createTlsServer(
    {
      ca: await read("ca.pem"),
      cert: await read("server.pem"),
      key: await read("server-key.pem"),
      requestCert: true,
      rejectUnauthorized: true,
    },
    toEngine,
  );
  server.on("tlsClientError", () => {});
  const door = await open(server, () => rm(keys, { recursive: true, force: true }));
  const expired = await read("expired.pem");
  const keysWith: TlsDoor["keysWith"] = async (changes) => {
    const folder = await mkdtemp(join(keys, "client-"));
    for (const file of ["ca.pem", "cert.pem", "key.pem"]) {
      const content = file in changes ? changes[file] : await read(file);
      if (content !== undefined) await writeFile(join(folder, file), content);
    }
    return folder;
  };
  return { ...door, keys, keysWith, expired };
}

/** An authority, a server and a client, for a day, and the client's certificate once more, of yesterday. */
async function certificates(folder: string, name: string): Promise<void> {
  await writeFile(join(folder, "server.ext"), `subjectAltName=${name}\nextendedKeyUsage=serverAuth\n`);
  await writeFile(join(folder, "client.ext"), "extendedKeyUsage=clientAuth\n");
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const sign = ["-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial"];
  const openssl = async (...args: readonly string[]) => {
    const { code, stderr } = await run("openssl", args, { cwd: folder });
    if (code !== 0) throw new Error(stderr);
  };
  await openssl("req", "-x509", "-days", "1", ...key, "-keyout", "ca-key.pem", "-out", "ca.pem", "-subj", "/CN=ca");
  for (const [who, own] of [
    ["server", "server-key.pem"],
    ["client", "key.pem"],
  ] as const)
    await openssl("req", ...key, "-keyout", own, "-out", `${who}.csr`, "-subj", `/CN=${who}`);
  for (const [who, days, cert] of [
    ["server", "1", "server.pem"],
    ["client", "1", "cert.pem"],
    ["client", "-1", "expired.pem"],
  ] as const) {
    const request = ["-req", "-in", `${who}.csr`, "-extfile", `${who}.ext`, "-days", days];
    await openssl("x509", ...request, ...sign, "-out", cert);
  }
}
