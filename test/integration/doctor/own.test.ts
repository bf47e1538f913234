import assert from "node:assert/strict";
import { chmod, mkdir, symlink, utimes, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { checkAccount } from "../../../server/doctor/checks/account.ts";
import { checkClock } from "../../../server/doctor/checks/clock.ts";
import { checkGitConfig } from "../../../server/doctor/checks/git-config.ts";
import { checkKeys } from "../../../server/doctor/checks/keys.ts";
import { checkOwnFiles } from "../../../server/doctor/checks/own-files.ts";
import { checkPrograms } from "../../../server/doctor/checks/programs.ts";
import { checkRunning } from "../../../server/doctor/checks/running.ts";
import { checkStorage } from "../../../server/doctor/checks/storage.ts";
import { checkTls } from "../../../server/doctor/checks/tls.ts";
import { writeKeyFile } from "../../../server/secrets/key-file.ts";
import { makeCertificate } from "../../support/certificate.ts";
import { needs } from "../../support/needs.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { faults, soundSurroundings } from "./surroundings.ts";

describe("doctor, on one's own server", () => {
  const home = temporaryDirectory();
  const sound = (env: Record<string, string> = {}) => soundSurroundings(home(), env);

  it("finds nothing wrong where nothing is", async () => {
    await mkdir(join(home(), "data"), { mode: 0o700 });
    for (const check of [checkPrograms, checkOwnFiles, checkKeys, checkStorage, checkRunning, checkTls, checkClock]) {
      assert.deepEqual(await faults(check, await sound()), []);
    }
  });

  it("names programs that are missing or too old, with the package", async () => {
    const bin = join(home(), "bin");
    await mkdir(bin);
    await writeFile(join(bin, "tmux"), "#!/bin/sh\necho tmux 2.9a\n", { mode: 0o755 });
    await symlink("/usr/bin/git", join(bin, "git"));
    const found = await faults(checkPrograms, await sound({ PATH: bin, AIOPS_MODE: "shared" }));
    assert.equal(found.length, 2);
    assert.match(found[0] ?? "", /^fail tmux: tmux 2\.9a; 3\.2 is needed → apt-get install tmux$/);
    assert.match(found[1] ?? "", /^fail sudo: The program sudo was not found.* → apt-get install sudo/);
  });

  it("finds data, keys, configuration and runtime directory that others can enter or change", async () => {
    for (const [path, mode, remedy] of [
      ["data", 0o750, /^fail data directory: .* → chmod 700 \S+\/data$/],
      ["data/run", 0o755, /^fail runtime directory: .* → chmod 700 \S+\/run$/],
      ["keys.json", 0o640, /^fail key file: .* → chmod 600 \S+\/keys\.json$/],
      ["config.json", 0o662, /^fail configuration: others can change \S+ → chmod go-w \S+\/config\.json$/],
      ["config.json", 0o644, /^warn configuration: everybody can read \S+ → chmod o-r \S+\/config\.json$/],
    ] as const) {
      if (path.startsWith("data")) await mkdir(join(home(), path), { recursive: true, mode: 0o700 });
      else await writeFile(join(home(), path), "{}", { mode: 0o600 });
      assert.deepEqual(await faults(checkOwnFiles, await sound()), []);
      await chmod(join(home(), path), mode);
      const [found = "", ...more] = await faults(checkOwnFiles, await sound());
      assert.match(found, remedy);
      assert.deepEqual(more, []);
      await chmod(join(home(), path), path.startsWith("data") ? 0o700 : 0o600);
    }
  });

  it("finds what belongs to somebody else, and what is a link", async () => {
    await mkdir(join(home(), "data"), { mode: 0o700 });
    await symlink("/etc/hostname", join(home(), "keys.json"));
    const other = { ...(await sound()), service: { name: "somebody", uid: 4_000_000 } };
    const found = await faults(checkOwnFiles, other);
    assert.match(found[0] ?? "", /^fail data directory: .* not somebody → sudo chown -R somebody /);
    assert.match(found[1] ?? "", /^fail key file: .* is a link/);
  });

  it("finds a key that can't be read, and a replacement that was interrupted", async () => {
    const file = join(home(), "keys.json");
    await writeFile(file, "{", { mode: 0o600 });
    assert.match((await faults(checkKeys, await sound()))[0] ?? "", /^fail key: .*is damaged.* → put back your copy/);
    const key = { id: "a", key: Buffer.alloc(32).toString("base64"), createdAt: "2026-11-20T08:00:00.000Z" };
    await writeKeyFile(file, { active: "a", keys: [key], rotating: true });
    assert.deepEqual(await faults(checkKeys, await sound()), [
      "warn key: its replacement was interrupted → aiops keys rotate",
    ]);
    const failing = await sound({ AIOPS_KEY_COMMAND: '["/bin/false"]' });
    assert.match((await faults(checkKeys, failing))[0] ?? "", /^fail key: The key command \/bin\/false failed/);
  });

  it("finds damaged data files", async () => {
    const folder = join(home(), "data", "documents", "_global");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "users.json"), "{");
    assert.match(
      (await faults(checkStorage, await sound()))[0] ?? "",
      /^fail data files: .*users\.json.* → stop the server, then: aiops doctor --repair$/,
    );
  });

  it("finds a port that another program has, also the further one", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    try {
      const places: Record<string, string>[] = [
        { AIOPS_PORT: String(port) },
        { AIOPS_LISTEN: `127.0.0.1:${port}`, AIOPS_TRUSTED_PROXIES: "127.0.0.1" },
      ];
      for (const env of places) {
        const [found = ""] = await faults(checkRunning, await sound(env));
        assert.match(found, new RegExp(`^fail port ${port}: another program listens .*ss -ltnp 'sport = :${port}'`));
      }
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  });

  it("finds an announcement that nobody stands behind", async () => {
    await mkdir(join(home(), "data", "run"), { recursive: true, mode: 0o700 });
    const file = {
      url: "http://127.0.0.1:9",
      pid: 1,
      version: "0",
      secret: "x",
      startedAt: "2026-11-20T08:00:00.000Z",
    };
    await writeFile(join(home(), "data", "run", "server.json"), JSON.stringify(file), { mode: 0o600 });
    assert.match((await faults(checkRunning, await sound()))[0] ?? "", /^warn server: .* → start it: aiops serve$/);
  });

  it("finds TLS files that are unreadable, open, no pair, expired or about to be", async () => {
    const [good, other] = [await makeCertificate(home()), await makeCertificate(home(), "other")];
    const short = await makeCertificate(home(), "short", 5);
    const check = async (cert: string, key: string, at = Date.now()) => {
      const env = { AIOPS_LISTEN: "127.0.0.2:4443", AIOPS_TLS_CERT: cert, AIOPS_TLS_KEY: key };
      return (await faults(checkTls, { ...(await sound(env)), clock: { now: () => at } }))[0];
    };
    assert.equal(await check(good.cert, good.key), undefined);
    assert.match((await check(`${good.cert}.no`, good.key)) ?? "", /^fail TLS: .*server\.crt\.no: ENOENT/);
    assert.match((await check(good.cert, other.key)) ?? "", /is not the key of/);
    assert.match((await check(short.cert, short.key)) ?? "", /^warn TLS: .* expires in [45] days → renew it/);
    assert.match((await check(good.cert, good.key, Date.now() + 100 * 86_400_000)) ?? "", /^fail TLS: .* expired on /);
    await chmod(good.key, 0o644);
    assert.match((await check(good.cert, good.key)) ?? "", /everybody can read \S+ → chmod o-rwx /);
  });

  it("finds git that trusts everybody's repositories", async () => {
    await writeFile(join(home(), ".gitconfig"), "[safe]\n\tdirectory = *\n");
    const found = await faults(checkGitConfig, await sound());
    assert.match(found[0] ?? "", /^fail git global: .*git config --global --unset-all safe\.directory '\^\\\*\$'$/);
  });

  it("finds a clock that went back", async () => {
    await mkdir(join(home(), "data"), { mode: 0o700 });
    const file = join(home(), "data", "aiops.sqlite");
    await writeFile(file, "");
    const later = new Date(Date.now() + 3_600_000);
    await utimes(file, later, later);
    assert.match(
      (await faults(checkClock, await sound()))[0] ?? "",
      /^fail clock: the clock says .* aiops\.sqlite was written \d+ s later → .*timedatectl/,
    );
  });

  it("warns of root in personal mode", async function () {
    needs(this, process.getuid?.() === 0, "root");
    assert.match((await faults(checkAccount, await sound()))[0] ?? "", /^warn user: root → use an ordinary account/);
  });
});
