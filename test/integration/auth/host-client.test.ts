import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { findSharedServer, signInFromHost } from "../../../shared/contract/host-sign-in.ts";
import { createClient } from "../../../shared/contract/client.ts";
import { challengeName } from "../../../shared/rules/host-challenge.ts";
import { io } from "../../../server/cli/host-sign-in.ts";
import { hostWorld, type HostWorld } from "./host-world.ts";

describe("host identity, as a client goes about it", function () {
  this.timeout(60_000);
  const { world: present } = hostWorld();
  let world: HostWorld;
  before(() => {
    world = present();
  });

  const real = () => ({ url: world.server.url, serviceUser: world.serviceUser });

  it("signs in each person as themselves, without a password", async () => {
    const { ada, eve, server } = world;
    for (const [who, email] of [
      [ada, "ada@example.org"],
      [eve, "eve@example.org"],
    ] as const) {
      const { token, user } = await who.do("signIn", { server: real(), client: "a test" });
      assert.equal(user.email, email);
      const client = createClient({ url: server.url, token: () => Promise.resolve(token) });
      const { items } = await client.auth.sessions();
      assert.deepEqual(
        items.map((session) => [session.client, session.amr, session.current]),
        [["a test", ["host"], true]],
      );
    }
  });

  it("says who must do what for somebody whom nobody mapped", async () => {
    await assert.rejects(world.nobody.do("signIn", { server: real(), client: "t" }), {
      code: "forbidden",
      message: /An administrator/,
    });
  });

  it("has nothing to do with a program of another user that listens in the server's place", async () => {
    const { ada, eve, port } = world;
    const relay = await eve.do("relay", { to: port });
    await assert.rejects(
      ada.do("signIn", { server: { url: `http://127.0.0.1:${relay}`, serviceUser: world.serviceUser }, client: "t" }),
      { code: "unavailable", message: /a program of another user than the server's/ },
    );
    // The server itself is another user's than the one that is expected.
    await assert.rejects(ada.do("signIn", { server: { ...real(), serviceUser: world.eveUser.name }, client: "t" }), {
      message: /a program of another user than the server's/,
    });
    await assert.rejects(ada.do("signIn", { server: { ...real(), serviceUser: "no-such-user" }, client: "t" }), {
      code: "unavailable",
      message: /no user no-such-user/,
    });
  });

  it("tells such a program nothing, not even who wants to sign in", async () => {
    const { ada, eve, serviceUser } = world;
    const url = `http://127.0.0.1:${await eve.do("listen", null)}`;
    await assert.rejects(ada.do("signIn", { server: { url, serviceUser }, client: "t" }), {
      message: /a program of another user than the server's/,
    });
    assert.deepEqual(await eve.do("heard", null), ["/health"]);
  });

  describe("where the server's own user runs something else", () => {
    /** What is asked of the fake server, and what it names in its challenge. */
    interface Fake {
      url: string;
      server: Server;
      asked: string[];
      close(): Promise<void>;
    }

    async function fake(name: (said: { nonce: string; linuxUser: string; port: number }) => Promise<string> | string) {
      const asked: string[] = [];
      const server = createServer((request, response) => {
        const answer = async () => {
          asked.push(request.url ?? "");
          const body = await text(request);
          const { port } = server.address() as AddressInfo;
          const said = body === "" ? undefined : (JSON.parse(body) as { nonce: string; linuxUser: string });
          const named =
            said !== undefined && request.url === "/api/auth/host/challenge"
              ? { challengeId: "c", directory: await name({ ...said, port }), expiresAt: new Date().toISOString() }
              : {};
          response.setHeader("content-type", "application/json");
          response.end(JSON.stringify(named));
        };
        void answer();
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
      return { url: `http://127.0.0.1:${port}`, server, asked, close } satisfies Fake;
    }

    let place = "";
    beforeEach(async () => {
      place = await mkdtemp(join(tmpdir(), "aiops-fake-"));
      await chmod(place, 0o1733);
    });
    afterEach(() => rm(place, { recursive: true, force: true }));

    async function refuses(name: Parameters<typeof fake>[0], why: RegExp): Promise<void> {
      const { url, asked, close } = await fake(name);
      try {
        const server = { url, serviceUser: world.serviceUser };
        await assert.rejects(world.ada.do("signIn", { server, client: "t" }), { code: "unavailable", message: why });
        assert.deepEqual(asked, ["/health", "/api/auth/host/challenge"]);
        assert.deepEqual(await readdir(place), []);
      } finally {
        await close();
      }
    }

    const elsewhere = /made for somebody else, or passed on by another program/;

    it("refuses a challenge that binds another nonce, user, address or port", async () => {
      const bound = { address: "127.0.0.1" };
      await refuses(async (said) => `${place}/${await challengeName({ ...said, ...bound, nonce: "x" })}`, elsewhere);
      await refuses(
        async (said) => `${place}/${await challengeName({ ...said, ...bound, linuxUser: "x" })}`,
        elsewhere,
      );
      await refuses(async (said) => `${place}/${await challengeName({ ...said, address: "127.0.0.2" })}`, elsewhere);
      await refuses(
        async (said) => `${place}/${await challengeName({ ...said, ...bound, port: world.port })}`,
        elsewhere,
      );
    });

    it("refuses names that are none: with a slash, with dots, empty, or of its own making", async () => {
      const name = randomBytes(16).toString("hex");
      const tries = [
        `${place}/${name}`,
        `${place}/a/b`,
        `${place}/..`,
        `${place}/`,
        "name",
        "",
        `${place}/${name}-${name}${name}`,
      ];
      for (const directory of tries) await refuses(() => directory, elsewhere);
      await refuses(async (said) => `${place}/${await challengeName({ ...said, address: "127.0.0.1" })}/x`, elsewhere);
    });

    it("refuses a name in any place but the server's directory of challenges", async () => {
      const bound = async (said: { nonce: string; linuxUser: string; port: number }, parent: string) =>
        `${parent}/${await challengeName({ ...said, address: "127.0.0.1" })}`;
      const { adaUser, eveUser } = world;
      const notThere = /is not the directory of the server's user/;
      for (const parent of [adaUser.home, tmpdir(), "/etc", "", ".", `${place}/../${place.split("/").at(-1)}`]) {
        await refuses((said) => bound(said, parent), notThere);
      }
      await chmod(place, 0o1777);
      await refuses((said) => bound(said, place), notThere);
      await chmod(place, 0o1733);
      await chown(place, eveUser.uid, eveUser.gid);
      await refuses((said) => bound(said, place), notThere);
      await chown(place, 0, 0);
      const linked = await mkdtemp(join(tmpdir(), "aiops-linked-"));
      await chmod(linked, 0o711);
      await symlink(place, join(linked, "challenge"));
      await refuses((said) => bound(said, join(linked, "challenge")), notThere);
      await rm(linked, { recursive: true });
    });
  });

  describe("the file that says where the server is", () => {
    let directory = "";
    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), "aiops-client-"));
    });
    afterEach(() => rm(directory, { recursive: true, force: true }));

    it("is root's alone", async () => {
      const file = join(directory, "client.json");
      assert.equal(await findSharedServer(file, io), undefined);
      await writeFile(file, JSON.stringify({ url: "http://127.0.0.1:4280/", serviceUser: "aiops" }), { mode: 0o644 });
      assert.deepEqual(await findSharedServer(file, io), { url: "http://127.0.0.1:4280", serviceUser: "aiops" });
      await chmod(file, 0o664);
      await assert.rejects(findSharedServer(file, io), { code: "unsafe_path" });
      await chmod(file, 0o644);
      await chown(file, world.eveUser.uid, world.eveUser.gid);
      await assert.rejects(findSharedServer(file, io), { code: "unsafe_path" });
      await rm(file);
      await symlink("/etc/hostname", file);
      await assert.rejects(findSharedServer(file, io), { code: "unsafe_path" });
      await rm(file);
      await mkdir(file);
      await assert.rejects(findSharedServer(file, io), { code: "unsafe_path" });
    });

    it("leads to this host and nowhere else", async () => {
      const file = join(directory, "client.json");
      const contents = [
        { url: "https://evil.example", serviceUser: "aiops" },
        { url: "http://127.0.0.1.evil.example:4280", serviceUser: "aiops" },
        { url: "http://127.0.0.1:4280", serviceUser: "../aiops" },
        { url: "http://127.0.0.1:4280" },
      ];
      for (const content of [...contents.map((each) => JSON.stringify(each)), "{", "null"]) {
        await writeFile(file, content);
        await assert.rejects(findSharedServer(file, io), { code: "invalid_input" }, content);
      }
    });
  });

  it("says that nobody answers where the server is gone", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await assert.rejects(signInFromHost({ url: `http://127.0.0.1:${port}`, serviceUser: "root" }, "t", io), {
      code: "unavailable",
      message: /does not answer/,
    });
  });
});
