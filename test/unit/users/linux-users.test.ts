import assert from "node:assert/strict";
import { userInfo } from "node:os";
import { systemClock } from "../../../shared/clock.ts";
import type { User } from "../../../shared/entities/user.ts";
import { Accounts } from "../../../server/host/accounts.ts";
import { LinuxUsers, type LinuxUserOptions } from "../../../server/users/linux-users.ts";
import { withCode } from "../../support/error-code.ts";

const person = (username: string, fields: Partial<User> = {}): User => ({
  id: username,
  version: 1,
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:00.000Z",
  email: `${username}@example.org`,
  username,
  name: username,
  level: "technician",
  linuxUser: "",
  status: "active",
  memberships: [],
  identities: [],
  ...fields,
});

describe("which Linux user a person works as", () => {
  const accounts = new Accounts(systemClock);
  const me = userInfo();

  function mapped(people: User[], options: Partial<LinuxUserOptions> = {}): LinuxUsers {
    const users = { list: (fits: (user: User) => boolean = () => true) => people.filter(fits) };
    return new LinuxUsers({ strategy: "mapping", mapping: {}, users, accounts, ...options });
  }

  it("is the one in their record, else the one in the table, whatever the case of the address", () => {
    const mapping = { "Ada@Example.org": "ada_l", "bob@example.org": "bobby" };
    const linuxUsers = mapped([], { mapping });
    assert.equal(linuxUsers.nameOf(person("ada")), "ada_l");
    assert.equal(linuxUsers.nameOf(person("ada", { linuxUser: "lovelace" })), "lovelace");
    assert.equal(linuxUsers.find(person("carol")), null);
    assert.throws(
      () => linuxUsers.nameOf(person("carol")),
      withCode("forbidden", "carol@example.org", "administrator"),
    );
  });

  it("is their user name where the host is configured so, whatever the record and the table say", () => {
    const linuxUsers = mapped([], { strategy: "direct", mapping: { "ada@example.org": "root" } });
    assert.equal(linuxUsers.nameOf(person("ada", { linuxUser: "root" })), "ada");
    for (const odd of ["Ada", "ada.l", "1ada", "a".repeat(33)]) {
      assert.throws(() => linuxUsers.nameOf(person("x", { username: odd })), withCode("forbidden", odd), odd);
    }
  });

  it("tells whose a Linux user is, by name and number, and not where it is several people's", async () => {
    const ada = person("ada", { linuxUser: me.username });
    const gone = person("gone", { linuxUser: me.username, status: "disabled" });
    assert.equal(mapped([ada, gone]).personOf(me.username), ada);
    assert.equal(await mapped([ada, gone]).personOfUid(me.uid), ada);
    assert.equal(mapped([gone]).personOf(me.username), undefined);
    assert.equal(await mapped([ada]).personOfUid(4_000_000_000), undefined);
    const twin = person("twin", { linuxUser: me.username });
    assert.throws(() => mapped([ada, twin]).personOf(me.username), withCode("conflict", me.username));
    // Nobody is everybody without a mapping.
    assert.equal(mapped([person("bob")]).personOf(""), undefined);
  });

  it("names what is wrong with each mapping", async () => {
    const people = [
      person("ada", { linuxUser: me.username }),
      person("bob", { linuxUser: "nobody-has-this" }),
      person("carol"),
    ];
    const linuxUsers = mapped(people);
    const table = await linuxUsers.table();
    assert.deepEqual(
      table.map(({ user, linuxUser, problem }) => [user.id, linuxUser, problem === null]),
      [
        ["ada", me.username, true],
        ["bob", "nobody-has-this", false],
        ["carol", null, false],
      ],
    );
    assert.match(table[1]?.problem ?? "", /bob@example\.org.*nobody-has-this.*does not exist/);
    assert.deepEqual(await linuxUsers.existing(), [me.username]);
  });
});

describe("the host's accounts", () => {
  const accounts = new Accounts(systemClock);

  it("are found by name and number, with the groups they have now", async () => {
    const { username, uid, gid, homedir } = userInfo();
    const found = await accounts.byName(username);
    assert.deepEqual([found?.uid, found?.gid, found?.home], [uid, gid, homedir]);
    assert.equal((await accounts.byUid(uid))?.name, username);
    assert.ok((await accounts.groups(username)).includes(gid));
  });

  it("are none for names that no account can have, which ask nothing", async () => {
    for (const odd of ["", "-x", "0", "root ", "ROOT", "../root", "a\nb", "#0"]) {
      assert.equal(await accounts.byName(odd), null, JSON.stringify(odd));
    }
    for (const odd of [-1, 1.5, Number.NaN, 4_000_000_000]) assert.equal(await accounts.byUid(odd), null, String(odd));
  });

  it("are asked for again when the database is unreachable no longer", async () => {
    await assert.rejects(accounts.groups("nobody-has-this"), withCode("unavailable", "id -G"));
    assert.ok((await accounts.groups("root")).includes(0));
  });
});
