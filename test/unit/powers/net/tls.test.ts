import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { expect, test } from "vitest";
import { authority, certificate, key } from "../../../support/certificate.ts";
import { client, code, later, text } from "./client.ts";

async function secureSite() {
  const names: unknown[] = [];
  const server = createServer({ key, cert: certificate }, (request, response) => {
    names.push((request.socket as TLSSocket).servername);
    response.end("secret");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return later({
    port: (server.address() as AddressInfo).port,
    names,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
}
const lookup = async () => ["127.0.0.1"];

test("a certificate of a known authority is accepted, and the server hears the name", async () => {
  const server = await secureSite();
  const { fetch } = client({}, { lookup, ca: [authority] });
  expect(await text(await fetch(`https://name.example:${server.port}/`))).toBe("secret");
  expect(server.names).toEqual(["name.example"]);
});

test("a secure connection is kept and used again", async () => {
  const server = await secureSite();
  const { fetch, lease } = client({}, { lookup, ca: [authority] });
  for (let at = 0; at < 3; at += 1) {
    expect(await text(await fetch(`https://name.example:${server.port}/`))).toBe("secret");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(lease.admitted).toHaveLength(3);
});

test("an address can have a certificate", async () => {
  const server = await secureSite();
  const { fetch } = client({}, { ca: [authority] });
  expect(await text(await fetch(`https://127.0.0.1:${server.port}/`))).toBe("secret");
});

test("an unknown authority is refused", async () => {
  const server = await secureSite();
  const { fetch } = client({}, { lookup });
  await expect(fetch(`https://name.example:${server.port}/`)).rejects.toMatchObject(code("E_UNAVAILABLE"));
  expect(server.names).toEqual([]);
});

test("a certificate for another name is refused, naming no address", async () => {
  const server = await secureSite();
  const { fetch } = client({}, { lookup, ca: [authority] });
  await expect(fetch(`https://other.example:${server.port}/`)).rejects.toMatchObject({
    message: `could not make a secure connection to other.example:${server.port} (ERR_TLS_CERT_ALTNAME_INVALID)`,
  });
});

test("the environment cannot switch the check off", async () => {
  const server = await secureSite();
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
  try {
    await expect(client({}, { lookup }).fetch(`https://name.example:${server.port}/`)).rejects.toMatchObject(
      code("E_UNAVAILABLE"),
    );
  } finally {
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  }
});

test("plain HTTP on a secure port is an error, and the other way round", async () => {
  const server = await secureSite();
  await expect(client().fetch(`http://127.0.0.1:${server.port}/`)).rejects.toMatchObject(
    code("E_UNAVAILABLE"),
  );
});
