import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { configFilePath, loadConfig } from "../../../server/config/load.ts";
import { documentConfig, secretKeys } from "../../../server/config/schema.ts";
import { withCode } from "../../support/error-code.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

describe("the configuration", () => {
  const home = temporaryDirectory();
  const load = (env: Record<string, string> = {}, flags = {}) => loadConfig({ env: { HOME: home(), ...env }, flags });

  async function file(content: unknown): Promise<void> {
    const directory = join(home(), ".config", "aiops");
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, "config.json"), typeof content === "string" ? content : JSON.stringify(content));
  }

  it("is personal, on a free port, in the person's own directories, with nothing set", async () => {
    const config = await load();
    assert.equal(config.mode, "personal");
    assert.equal(config.port, 0);
    assert.equal(config.dataDir, join(home(), ".local", "share", "aiops"));
    assert.equal(config.runtimeDir, join(home(), ".local", "share", "aiops", "run"));
    assert.equal(config.keyFile, join(home(), ".config", "aiops", "keys.json"));
    assert.ok(config.allowFileRepositories && config.allowPrivateProviders);
  });

  it("follows the XDG directories", async () => {
    const config = await load({
      XDG_DATA_HOME: "/xdg/data",
      XDG_RUNTIME_DIR: "/xdg/run",
      XDG_CONFIG_HOME: "/xdg/conf",
    });
    assert.equal(config.dataDir, "/xdg/data/aiops");
    assert.equal(config.runtimeDir, "/xdg/run/aiops");
    assert.equal(config.keyFile, "/xdg/conf/aiops/keys.json");
  });

  it("takes a flag before a variable before the file before the default", async () => {
    await file({ port: 1111, sessionHours: 2, logLevel: "debug" });
    const config = await load({ AIOPS_PORT: "2222", AIOPS_SESSION_HOURS: "3" }, { port: "3333" });
    assert.equal(config.port, 3333);
    assert.equal(config.sessionHours, 3);
    assert.equal(config.logLevel, "debug");
    assert.equal(config.requestLimit, 3000);
    assert.equal((await load({ AIOPS_PORT: "" })).port, 1111, "an empty variable is none");
  });

  it("keeps the runtime beside the data a person chose, so that two servers do not share one", async () => {
    assert.equal((await load({ XDG_RUNTIME_DIR: "/xdg/run" }, { dataDir: "/other" })).runtimeDir, "/other/run");
  });

  it("allows neither local repositories nor private addresses on a shared host, unless told", async () => {
    const shared = await load({ AIOPS_MODE: "shared" });
    assert.ok(!shared.allowFileRepositories && !shared.allowPrivateProviders);
    assert.ok((await load({ AIOPS_MODE: "shared", AIOPS_ALLOW_PRIVATE_PROVIDERS: "true" })).allowPrivateProviders);
    assert.ok(!(await load({ AIOPS_ALLOW_FILE_REPOSITORIES: "0" })).allowFileRepositories);
  });

  it("has the host's own directories and a fixed port in shared mode", async () => {
    const config = await load({ AIOPS_MODE: "shared" });
    assert.equal(config.port, 4280);
    assert.equal(config.dataDir, "/var/lib/aiops");
    assert.equal(config.runtimeDir, "/run/aiops");
    assert.equal(config.keyFile, "/etc/aiops/keys/keys.json");
    assert.equal(configFilePath({ HOME: home(), AIOPS_MODE: "shared" }), "/etc/aiops/config.json");
    assert.equal(configFilePath({ HOME: home() }, "shared"), "/etc/aiops/config.json");
    const own = await load({ AIOPS_MODE: "shared", AIOPS_DATA_DIR: "/srv/other" });
    assert.equal(own.runtimeDir, "/srv/other/run");
  });

  it("reads where the configuration file is from the environment, and the mode from that file", async () => {
    const path = join(home(), "shared.json");
    await writeFile(path, JSON.stringify({ mode: "shared", dataDir: "/srv/data" }));
    const config = await load({ AIOPS_CONFIG: path });
    assert.deepEqual([config.mode, config.port, config.dataDir], ["shared", 4280, "/srv/data"]);
  });

  it("listens beyond this host only with TLS or for named proxies", async () => {
    const listen = { AIOPS_LISTEN: "0.0.0.0:4443" };
    const files = { AIOPS_TLS_CERT: "/tls/cert.pem", AIOPS_TLS_KEY: "/tls/key.pem" };
    await assert.rejects(load(listen), withCode("invalid_input", "in the clear", "AIOPS_TLS_CERT"));
    await assert.rejects(load(files), withCode("invalid_input", "AIOPS_LISTEN"));
    await assert.rejects(load({ ...listen, AIOPS_TLS_CERT: "/c" }), withCode("invalid_input", "both files"));
    assert.equal((await load({ ...listen, ...files })).listen, "0.0.0.0:4443");
    const behind = await load({ AIOPS_LISTEN: "[::]:4443", AIOPS_TRUSTED_PROXIES: "10.0.0.0/8, 2001:db8::1" });
    assert.deepEqual(behind.trustedProxies, ["10.0.0.0/8", "2001:db8::1"]);
  });

  it("reads lists and commands from variables", async () => {
    const env = {
      AIOPS_ALLOWED_HOSTS: "dev.example, 10.0.0.1 ,",
      AIOPS_COMMANDS: '[{"name":"htop","command":["htop","-t"]}]',
    };
    const config = await load(env);
    assert.deepEqual(config.allowedHosts, ["dev.example", "10.0.0.1"]);
    assert.deepEqual(config.commands, [{ name: "htop", command: ["htop", "-t"] }]);
  });

  for (const [variable, value, word] of [
    ["AIOPS_PORT", "70000", "port"],
    ["AIOPS_MODE", "both", "mode"],
    ["AIOPS_TMUX_SOCKET", "a/b", "tmuxSocket"],
    ["AIOPS_COMMANDS", "htop", "JSON"],
    ["AIOPS_COMMANDS", '[{"name":"Big","command":["x"]}]', "commands.0.name"],
    ["AIOPS_METRICS_TOKEN", "short", "metricsToken"],
    ["AIOPS_ALLOW_FILE_REPOSITORIES", "maybe", "allowFileRepositories"],
    ["AIOPS_SESSION_HOURS", "48", "sessionHours"],
    ["AIOPS_LISTEN", "example.org:80", "listen"],
    ["AIOPS_TRUSTED_PROXIES", "proxy.example", "trustedProxies.0"],
    ["AIOPS_TRUSTED_PROXIES", "10.0.0.0/33", "trustedProxies.0"],
    ["AIOPS_KEY_COMMAND", "pass show aiops", "keyCommand"],
    ["AIOPS_HELPER", "aiops-helper", "helper"],
    ["AIOPS_LINUX_USER_STRATEGY", "guess", "linuxUserStrategy"],
    ["AIOPS_LINUX_USER_MAPPING", "ada@example.org=Root!", "linuxUserMapping"],
    ["AIOPS_LINUX_USER_MAPPING", "ada@example.org", "linuxUserMapping"],
    ["AIOPS_LINUX_USER_MAPPING", "{ada}", "linuxUserMapping"],
  ] as const) {
    it(`refuses ${variable}=${value} and names it`, async () => {
      await assert.rejects(load({ [variable]: value }), withCode("invalid_input", word, variable));
    });
  }

  it("reads the table of Linux users as pairs or JSON, under both names", async () => {
    const table = { "ada@example.org": "ada", "bob@example.org": "bob" };
    const pairs = "ada@example.org=ada, bob@example.org:bob";
    assert.deepEqual((await load({ AIOPS_LINUX_USER_MAPPING: pairs })).linuxUserMapping, table);
    assert.deepEqual((await load({ LINUX_USER_MAPPING: JSON.stringify(table) })).linuxUserMapping, table);
    const both = await load({ LINUX_USER_STRATEGY: "direct", AIOPS_LINUX_USER_STRATEGY: "mapping" });
    assert.equal(both.linuxUserStrategy, "mapping");
    assert.equal((await load({ USE_LOGIN_SHELL: "false" })).useLoginShell, false);
  });

  it("refuses a file that is no JSON object", async () => {
    for (const content of ["{", "[]", '"text"']) {
      await file(content);
      await assert.rejects(load(), withCode("invalid_input", "config.json"));
    }
  });

  it("documents each key once: variable, default and meaning", () => {
    const entries = documentConfig();
    assert.equal(new Set(entries.map(({ env }) => env)).size, entries.length);
    for (const { key, env, fallback, description } of entries) {
      assert.match(env, /^AIOPS_[A-Z_]+$/, key);
      assert.ok(fallback !== "" && fallback !== "undefined", key);
      assert.match(description, /^[A-Za-z].*\.$/, key);
    }
    for (const secret of secretKeys) assert.ok(entries.some(({ key }) => key === secret));
    for (const { key } of entries) {
      assert.ok(!/token|secret|password|masterkey/i.test(key) || secretKeys.has(key), `${key} is printed`);
    }
  });
});
