import assert from "node:assert/strict";
import { chmod, chown, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import type { HostUser } from "../../../server/host/host.ts";
import { withCode } from "../../support/error-code.ts";
import { linuxUsers, type TestLinuxUser } from "../../support/linux-users.ts";
import { installTestHelper, letActAs, startSharedHost, type TestSharedHost } from "../../support/shared-host.ts";

describe("path tricks through the helper", function () {
  this.timeout(60_000);
  const users = linuxUsers();
  let alice: TestLinuxUser;
  let host: TestSharedHost;
  let asAlice: HostUser;
  let root: string;

  before(async () => {
    const service = await users.create();
    alice = await users.create();
    const program = await installTestHelper(users);
    await letActAs(users, service, [alice], program);
    host = await startSharedHost(users, { service, program });
    asAlice = await host.as(alice.name);
    root = path.join(alice.home, "root");
    const made = (name: string) => path.join(alice.home, name);
    for (const folder of ["root", "root/in", "rootevil", "outside"]) await mkdir(made(folder));
    for (const file of ["root/file", "rootevil/file", "outside/file"]) await writeFile(made(file), "untouched");
    await symlink("../outside", made("root/linked"));
    await symlink("../outside/file", made("root/link"));
    await symlink(made("root"), made("alias"));
    for (const each of ["", "root", "root/in", "root/file", "rootevil", "rootevil/file", "outside", "outside/file"]) {
      await chown(made(each), alice.uid, alice.gid);
    }
  });
  after(() => host.stop());

  const tricks = {
    "..": () => `${root}/../outside/file`,
    "a .. that comes back, then leaves": () => `${root}/in/../../outside/file`,
    "an absolute path elsewhere": () => path.join(alice.home, "outside", "file"),
    "a folder whose name begins as the root's": () => path.join(alice.home, "rootevil", "file"),
    "a linked folder on the way": () => `${root}/linked/file`,
    "a relative path": () => "outside/file",
    "a path with a NUL": () => `${root}/file\0.txt`,
    "a file of the system": () => "/etc/passwd",
  };
  for (const [what, at] of Object.entries(tricks)) {
    it(`refuses ${what}, for every operation`, async () => {
      const target = at();
      const within = { root };
      const { files } = asAlice;
      const attempts = {
        read: () => files.readFile(target, within),
        write: () => files.writeFile(target, "changed", within),
        makeDirectory: () => files.makeDirectory(`${target}.d`, within),
        list: () => files.list(path.dirname(target), within),
        removeFile: () => files.removeFile(target, within),
        removeTree: () => files.removeTree(path.dirname(target), within),
        renameFrom: () => files.rename(target, path.join(root, "taken"), within),
        renameTo: () => files.rename(path.join(root, "file"), target, within),
        changeMode: () => files.changeMode(target, 0o777, within),
        changeOwner: () => files.changeOwner(target, alice.uid, alice.gid, within),
        changeGroup: () => files.changeGroup(target, alice.gid, within),
      };
      // The folder of this one is the root itself, which may be listed and not removed.
      const harmless = what === "a path with a NUL" ? ["list"] : [];
      for (const [name, attempt] of Object.entries(attempts)) {
        if (harmless.includes(name)) continue;
        await assert.rejects(attempt(), withCode("unsafe_path"), name);
      }
      for (const file of ["root/file", "rootevil/file", "outside/file"]) {
        assert.equal(await readFile(path.join(alice.home, file), "utf8"), "untouched", file);
      }
    });
  }

  it("refuses a link at the name itself", async () => {
    const link = path.join(root, "link");
    const attempts = [
      asAlice.files.readFile(link, { root }),
      asAlice.files.writeFile(link, "changed", { root }),
      asAlice.files.removeFile(link, { root }),
      asAlice.files.changeMode(link, 0o777, { root }),
    ];
    for (const attempt of attempts) await assert.rejects(attempt, withCode("unsafe_path"));
    assert.equal(await readFile(path.join(alice.home, "outside", "file"), "utf8"), "untouched");
  });

  it("takes a root that is itself reached by the person's own link", async () => {
    const alias = path.join(alice.home, "alias");
    assert.equal(await asAlice.files.readFile(path.join(alias, "file"), { root: alias }), "untouched");
  });

  it("has no more rights below a root of others than the person has", async () => {
    const foreign = await users.rootDirectory();
    await chmod(foreign, 0o755);
    await assert.rejects(
      asAlice.files.writeFile(path.join(foreign, "x"), "x", { root: foreign }),
      withCode("forbidden"),
    );
    await assert.rejects(asAlice.files.readFile("/etc/shadow", { root: "/etc" }), withCode("forbidden"));
    await assert.rejects(asAlice.files.removeTree("/etc/ssl", { root: "/etc" }), withCode("forbidden"));
  });
});
