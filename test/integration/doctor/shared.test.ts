import assert from "node:assert/strict";
import { chmod, chown, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Surroundings } from "../../../server/doctor/check.ts";
import { checkClientFile } from "../../../server/doctor/checks/client-file.ts";
import { checkHelper } from "../../../server/doctor/checks/helper.ts";
import { checkHomes } from "../../../server/doctor/checks/homes.ts";
import { checkPeople } from "../../../server/doctor/checks/people.ts";
import { checkPasswordless, checkSudoers } from "../../../server/doctor/checks/sudoers.ts";
import { systemClock } from "../../../shared/clock.ts";
import { Accounts } from "../../../server/host/accounts.ts";
import { linuxUsers, runAs, type TestLinuxUser } from "../../support/linux-users.ts";
import { installTestHelper, letActAs } from "../../support/shared-host.ts";
import { faults, peopleOf, soundSurroundings } from "./surroundings.ts";

describe("doctor, on a shared host with real users", function () {
  this.timeout(30_000);
  const users = linuxUsers();
  let home: string;
  let helper: string;
  let service: TestLinuxUser;
  let ada: TestLinuxUser;
  let bob: TestLinuxUser;
  before(async () => {
    helper = await installTestHelper(users);
    [service, ada, bob] = [await users.create(), await users.create(), await users.create()];
  });
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "aiops-doctor-"));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  async function sound(people = [ada.name, bob.name], more: Partial<Surroundings> = {}): Promise<Surroundings> {
    const surroundings = await soundSurroundings(home, {
      AIOPS_MODE: "shared",
      AIOPS_HELPER: helper,
      AIOPS_PORT: "4280",
    });
    const own = { service: { name: service.name, uid: service.uid }, people: peopleOf(people) };
    return { ...surroundings, ...own, ...more };
  }

  it("finds sudoers lines that are missing, and none where they are as printed", async () => {
    const remove = await letActAs(users, service, [ada], helper);
    assert.deepEqual(await faults(checkSudoers, await sound()), [
      `fail sudoers: there is no line for ${bob.name}: nothing can be done as ${bob.name} → sudo aiops install --user ${bob.name}`,
    ]);
    await remove();
    assert.equal((await faults(checkSudoers, await sound())).length, 2);
    const both = await letActAs(users, service, [ada, bob], helper);
    assert.deepEqual(await faults(checkSudoers, await sound()), []);
    await both();
  });

  for (const [what, line, said] of [
    ["any arguments", "(ADA) NOPASSWD: HELPER", /with any arguments → sudo aiops install$/],
    ["everybody", '(ALL) NOPASSWD: HELPER ""', /that is not one person/],
    ["root", '(root) NOPASSWD: HELPER ""', /that is not one person/],
    ["a group", '(ADA : ADA) NOPASSWD: HELPER ""', /that is not one person/],
    ["a shell", "(ADA) NOPASSWD: /bin/sh", /\/bin\/sh" as .*: more than the helper → sudo visudo/],
    ["a wildcard", "(ADA) NOPASSWD: /usr/bin/git *", /more than the helper/],
    ["everything", "(ALL) NOPASSWD: ALL", /more than the helper/],
    ["a second command", '(ADA) NOPASSWD: HELPER "", /usr/bin/tee', /tee" as .*: more than the helper/],
  ] as const) {
    it(`finds a sudoers line that is too open: ${what}`, async () => {
      const whole = await letActAs(users, service, [ada, bob], helper);
      const text = `${service.name} ALL=${line.replaceAll("ADA", ada.name).replaceAll("HELPER", helper)}\n`;
      const remove = await users.installSudoers(text);
      const found = await faults(checkSudoers, await sound());
      await Promise.all([whole(), remove()]);
      assert.ok(found.length > 0 && found.every((one) => one.startsWith("fail sudoers:")), found.join("\n"));
      assert.ok(
        found.some((one) => said.test(one)),
        found.join("\n"),
      );
    });
  }

  it("sees the same as the service user, who may list its own rights", async () => {
    const remove = await letActAs(users, service, [ada, bob], helper);
    const listed = await runAs(service, ["sudo", "-n", "-l"]);
    const self = { ...(await sound()).self, uid: service.uid, run: () => Promise.resolve({ exitCode: 0, ...listed }) };
    assert.deepEqual(await faults(checkSudoers, await sound(undefined, { self })), []);
    await remove();
  });

  it("finds people who are root without a password", async () => {
    const lines = await letActAs(users, service, [ada, bob], helper);
    const free = await users.installSudoers(`${ada.name} ALL=(ALL) NOPASSWD: ALL\n`);
    const [found = "", ...more] = await faults(checkPasswordless, await sound());
    assert.match(found, new RegExp(`^warn sudo of ${ada.name}: ${ada.name} is root without a password`));
    assert.deepEqual(more, []);
    await free();
    assert.deepEqual(await faults(checkPasswordless, await sound()), []);
    await lines();
  });

  it("finds helpers that are missing, or that others could change, and what is above them", async () => {
    assert.deepEqual(await faults(checkHelper, await sound()), []);
    for (const [path, mode] of [
      [helper, 0o775],
      [dirname(helper), 0o777],
    ] as const) {
      await chmod(path, mode);
      const found = await faults(checkHelper, await sound());
      await chmod(path, 0o755);
      assert.ok(
        found.some((one) => /writable by group or others.* → sudo chmod go-w /.test(one)),
        found.join("\n"),
      );
    }
    await chown(helper, ada.uid, ada.gid);
    assert.match(
      (await faults(checkHelper, await sound())).join("\n"),
      /belongs to user \d+ .* → sudo chown root:root /,
    );
    await chown(helper, 0, 0);
    await rename(helper, `${helper}.away`);
    assert.match((await faults(checkHelper, await sound())).join("\n"), /is not installed\. → sudo aiops install/);
    await rename(`${helper}.away`, helper);
  });

  it("names people without a Linux user, and mappings to accounts that are not there", async () => {
    const found = await faults(checkPeople, await sound([ada.name, "", "aiopst-gone"]));
    assert.equal(found.length, 2);
    assert.match(
      found[0] ?? "",
      /^warn people: person1@example\.org has no Linux account.* → aiops request PATCH .*linuxUser/,
    );
    assert.match(
      found[1] ?? "",
      /^fail people: person2@example\.org is mapped to .*aiopst-gone, which does not exist.*useradd/,
    );
  });

  it("finds who works as the server's own user, and so can read all it has", async () => {
    const found = await faults(checkPeople, await sound([ada.name, service.name]));
    assert.equal(found.length, 1);
    assert.match(found[0] ?? "", /^fail people: person1@example\.org is mapped to the server's own user .*linuxUser/);
  });

  it("finds homes that are gone, closed, foreign, open to others, or behind a closed directory", async () => {
    assert.deepEqual(await faults(checkHomes, await sound()), []);
    const only = async () => (await faults(checkHomes, await sound([ada.name])))[0] ?? "";
    await chmod(ada.home, 0o777);
    assert.match(await only(), /others can write in .* → sudo chmod go-w/);
    await chmod(ada.home, 0o500);
    assert.match(await only(), /can't enter or write .* → sudo chmod u\+rwx/);
    await chmod(ada.home, 0o700);
    await chown(ada.home, bob.uid, bob.gid);
    assert.match(await only(), new RegExp(`is not ${ada.name}'s → sudo chown ${ada.name}: `));
    await chown(ada.home, ada.uid, ada.gid);
    await rename(ada.home, `${ada.home}.away`);
    assert.match(await only(), /does not exist → sudo mkhomedir_helper/);
    await rename(`${ada.home}.away`, ada.home);

    const closed = await users.rootDirectory();
    const surroundings = await sound([ada.name]);
    const real = new Accounts(systemClock);
    const accounts = {
      byName: async (name: string) => {
        const found = await real.byName(name);
        return found === null ? null : { ...found, home: join(closed, "ada") };
      },
      groups: (name: string) => real.groups(name),
    };
    await chmod(closed, 0o700);
    assert.match(
      (await faults(checkHomes, { ...surroundings, accounts }))[0] ?? "",
      new RegExp(`${ada.name} can't pass ${closed} on the way to .* → sudo chmod o\\+x ${closed}$`),
    );
  });

  it("finds a client.json that is missing, open, or about another server", async () => {
    const file = join(home, "client.json");
    const check = async () => (await faults(checkClientFile, await sound()))[0] ?? "";
    const write = (content: object) => writeFile(file, JSON.stringify(content));
    assert.match(
      await check(),
      /^warn client\.json: .* is missing: people's clients find no shared server → sudo aiops install$/,
    );
    await write({ url: "http://127.0.0.1:4280", serviceUser: service.name });
    await chmod(file, 0o644);
    assert.equal(await check(), "");
    await chmod(file, 0o664);
    assert.match(await check(), /others than root could change/);
    await chmod(file, 0o600);
    assert.match(await check(), /people can't read/);
    await chmod(file, 0o644);
    await write({ url: "http://127.0.0.1:4280", serviceUser: ada.name });
    assert.match(await check(), new RegExp(`says the server is ${ada.name}'s`));
    await write({ url: "http://127.0.0.1:9999", serviceUser: service.name });
    assert.match(await check(), /says port 9999; the configuration says 4280/);
    await chown(file, ada.uid, ada.gid);
    assert.match(await check(), /others than root could change/);
  });
});
