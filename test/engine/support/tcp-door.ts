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
}

/** The same as `dockerd --tlsverify` shows it. */
export interface TlsDoor extends TcpDoor {
  /** Folder with the `ca.pem`, `cert.pem` and `key.pem` of a client that is let in. */
  readonly keys: string;
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
  server.on("connection", (socket: Socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
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
  return { ...door, keys };
}

/** An authority, a server and a client, for an hour or so. */
async function certificates(folder: string, name: string): Promise<void> {
  await writeFile(join(folder, "server.ext"), `subjectAltName=${name}\nextendedKeyUsage=serverAuth\n`);
  await writeFile(join(folder, "client.ext"), "extendedKeyUsage=clientAuth\n");
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const sign = ["-days", "1", "-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial"];
  const openssl = async (...args: readonly string[]) => {
    const { code, stderr } = await run("openssl", args, { cwd: folder });
    if (code !== 0) throw new Error(stderr);
  };
  await openssl("req", "-x509", "-days", "1", ...key, "-keyout", "ca-key.pem", "-out", "ca.pem", "-subj", "/CN=ca");
  for (const [who, file] of [
    ["server", "server"],
    ["client", ""],
  ] as const) {
    const [cert, own] = file === "" ? ["cert.pem", "key.pem"] : [`${file}.pem`, `${file}-key.pem`];
    await openssl("req", ...key, "-keyout", own, "-out", `${who}.csr`, "-subj", `/CN=${who}`);
    await openssl("x509", "-req", "-in", `${who}.csr`, ...sign, "-extfile", `${who}.ext`, "-out", cert);
  }
}
