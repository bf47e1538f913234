import assert from "node:assert/strict";
import { chmod, mkdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { ContextService } from "../../../server/context/service.ts";
import type { ContextIssue } from "../../../server/context/issue-facts.ts";
import { AppError, type ErrorCode } from "../../../shared/errors.ts";
import { commentOf, issueOf } from "../../unit/context/documents.ts";
import { makePerson, makeRemote, type Person } from "../host/fixture.ts";

const names = ["AGENTS.override.md", "CLAUDE.local.md", ".gemini/settings.json"] as const;
const defaultSettings = '{ "context": { "fileName": ["AGENTS.override.md", "GEMINI.md"] } }\n';

describe("agent context in a working tree", () => {
  let person: Person;
  let tree: string;
  let service: ContextService;

  beforeEach(async () => {
    person = await makePerson();
    const files = { "README.md": "# Read me\n", "AGENTS.md": "# Rules\n" };
    const { url } = await makeRemote(person, "remote.git", files);
    tree = path.join(person.home, "clone");
    await person.user.git.clone(url, tree, { allowFile: true });
    service = new ContextService({ sessionsIn: (asked) => (asked === tree ? ["ses_1"] : []) });
  });
  afterEach(() => person[Symbol.asyncDispose]());

  const at = (name: string, below = tree): string => path.join(below, name);
  const read = (name: string, below = tree): Promise<string> => readFile(at(name, below), "utf8");
  const status = (below = tree): Promise<string> => person.git(below, "status", "--porcelain");
  const place = () => ({ user: person.user, tree });
  const write = (issue: ContextIssue = issueOf({ body: "the body" }), more: object = {}) =>
    service.write({ ...place(), issue, ...more });

  async function put(name: string, text: string | Buffer): Promise<void> {
    await mkdir(path.dirname(at(name)), { recursive: true });
    await writeFile(at(name), text);
  }

  async function present(name: string): Promise<boolean> {
    return person.user.files.exists(at(name));
  }

  async function commit(...files: string[]): Promise<void> {
    await person.git(tree, "add", "--force", "--", ...files);
    await person.git(tree, "commit", "-m", "Track them");
  }

  function refused(code: ErrorCode, words: RegExp): (error: unknown) => boolean {
    return (error) => {
      assert.ok(error instanceof AppError, String(error));
      assert.equal(error.code, code, error.message);
      assert.match(error.message, words);
      return true;
    };
  }

  async function assertNothingWritten(): Promise<void> {
    for (const name of names) assert.equal(await present(name), false, name);
    assert.equal(await status(), "");
  }

  describe("writing", () => {
    it("makes all three files, private, excluded, and says what it did", async () => {
      const result = await write();
      const text = await read("AGENTS.override.md");
      assert.deepEqual(result, {
        path: at("AGENTS.override.md"),
        bytes: Buffer.byteLength(text),
        budget: 32_768,
        truncated: [],
        redactions: {},
        staleSessions: ["ses_1"],
        advice: [],
      });
      assert.ok(text.startsWith("<!-- aiops-base:start -->\n# Rules\n<!-- aiops-base:end -->\n"));
      assert.match(text, /\nthe body\n/);
      assert.match(
        text,
        /\nbranch: main\nworking tree: clean, 0 ahead, 0 behind\nlast commit: [0-9a-f]{12} First commit \(Ada Lovelace\)\n/,
      );
      assert.equal(await read("CLAUDE.local.md"), "@AGENTS.override.md\n<!-- aiops wrote the line above -->\n");
      assert.equal(await read(".gemini/settings.json"), defaultSettings);
      for (const name of names) assert.equal((await stat(at(name))).mode & 0o777, 0o600, name);
      assert.equal(await status(), "");
      assert.match(
        await read(".git/info/exclude"),
        /\n\/AGENTS\.override\.md\n\/CLAUDE\.local\.md\n\/\.gemini\/settings\.json\n$/,
      );
    });

    it("changes nothing the second time, and no session is stale then", async () => {
      await write();
      const before = await stat(at("AGENTS.override.md"));
      const exclude = await read(".git/info/exclude");
      const again = await write();
      assert.deepEqual(again.staleSessions, []);
      assert.equal((await stat(at("AGENTS.override.md"))).ino, before.ino);
      assert.equal(await read(".git/info/exclude"), exclude);
    });

    it("merges with what the person has and leaves modes alone", async () => {
      await put("AGENTS.override.md", "my own rules");
      await put("CLAUDE.local.md", "my memory\r\n");
      await put(".gemini/settings.json", '{\n  // mine\n  "context": { "fileName": "TEAM.md" }\n}\n');
      await chmod(at("CLAUDE.local.md"), 0o644);
      await write();
      assert.ok((await read("AGENTS.override.md")).endsWith("\nmy own rules"));
      assert.equal(
        await read("CLAUDE.local.md"),
        "@AGENTS.override.md\r\n<!-- aiops wrote the line above -->\r\nmy memory\r\n",
      );
      assert.equal(
        await read(".gemini/settings.json"),
        '{\n  // mine\n  "context": { "fileName": ["TEAM.md", "AGENTS.override.md"] }\n}\n',
      );
      assert.equal((await stat(at("CLAUDE.local.md"))).mode & 0o777, 0o644);
      assert.equal(await status(), "");
    });

    it("keeps the names of the person's own Gemini settings, also through a link", async () => {
      await mkdir(path.join(person.home, "dotfiles"));
      await writeFile(path.join(person.home, "dotfiles/settings.json"), '{ "context": { "fileName": "TEAM.md" } }');
      await symlink(path.join(person.home, "dotfiles"), path.join(person.home, ".gemini"));
      await write();
      assert.equal(
        await read(".gemini/settings.json"),
        '{ "context": { "fileName": ["AGENTS.override.md", "TEAM.md"] } }\n',
      );
      await service.clear(place());
      await assertNothingWritten();
    });

    it("works in a linked worktree, each with its own context", async () => {
      const other = path.join(person.home, "clone@12");
      await person.git(tree, "worktree", "add", "-b", "issue/12", other);
      await service.write({ user: person.user, tree: other, issue: issueOf({ body: "for the worktree" }) });
      await write(issueOf({ body: "for the clone" }));
      assert.match(await read("AGENTS.override.md", other), /\nfor the worktree\n/);
      assert.match(await read("AGENTS.override.md", other), /\nbranch: issue\/12\n/);
      assert.match(await read("AGENTS.override.md"), /for the clone/);
      await service.clear(place());
      assert.deepEqual([await status(), await status(other)], ["", ""]);
    });

    it("reads AGENTS.md through a link inside the tree only", async () => {
      await put("docs/RULES.md", "shared rules\n");
      await rm(at("AGENTS.md"));
      await symlink("docs/RULES.md", at("AGENTS.md"));
      await write();
      assert.match(await read("AGENTS.override.md"), /shared rules/);
      await service.clear(place());
      for (const target of [path.join(person.home, ".gitconfig"), ".git/config", "AGENTS.override.md"]) {
        await rm(at("AGENTS.md"));
        await put("AGENTS.override.md", "mine");
        await symlink(target, at("AGENTS.md"));
        await assert.rejects(write(), refused("unsafe_path", /AGENTS\.md is a link to/));
        assert.equal(await read("AGENTS.override.md"), "mine");
      }
    });

    it("does without AGENTS.md", async () => {
      await rm(at("AGENTS.md"));
      await write();
      assert.match(await read("AGENTS.override.md"), /^<!-- aiops-base:start -->\n<!-- aiops-base:end -->\n/);
    });

    it("says what was cut of a huge issue", async () => {
      const comments = Array.from({ length: 2000 }, (_, index) => commentOf(index, "x".repeat(200)));
      const { bytes, truncated } = await write(issueOf({ body: "b".repeat(1_000_000), comments }));
      assert.ok(bytes <= 32_768);
      assert.equal(truncated.length, 2);
      assert.equal((await stat(at("AGENTS.override.md"))).size, bytes);
    });
  });

  describe("a preview", () => {
    it("shows the diff of every file and writes nothing, not even the exclude file", async () => {
      await put("AGENTS.override.md", "mine\n");
      const exclude = await read(".git/info/exclude");
      const { diff = "", bytes } = await write(undefined, { preview: true });
      assert.match(
        diff,
        /^--- a\/AGENTS\.override\.md\n\+\+\+ b\/AGENTS\.override\.md\n@@ -1,1 \+1,\d+ @@\n\+<!-- aiops-base:start -->\n\+# Rules\n/,
      );
      assert.match(diff, /\n mine\n/);
      assert.match(diff, /\n--- \/dev\/null\n\+\+\+ b\/CLAUDE\.local\.md\n/);
      assert.match(diff, /\n--- \/dev\/null\n\+\+\+ b\/\.gemini\/settings\.json\n/);
      assert.equal(await read("AGENTS.override.md"), "mine\n");
      assert.equal(await present("CLAUDE.local.md"), false);
      assert.equal(await read(".git/info/exclude"), exclude);
      await write();
      assert.equal((await stat(at("AGENTS.override.md"))).size, bytes);
      // Only now is the tree clean, as the context says.
      await write();
      assert.equal((await write(undefined, { preview: true })).diff, "");
    });

    it("gives a diff that git can apply", async () => {
      await put("AGENTS.override.md", "mine without newline");
      await person.git(tree, "config", "core.autocrlf", "false");
      const { diff = "" } = await write(undefined, { preview: true });
      await person.user.run(["git", "apply", "-"], { cwd: tree, input: diff });
      const applied = await Promise.all(names.map((name) => read(name)));
      await Promise.all(names.slice(1).map((name) => rm(at(name))));
      await put("AGENTS.override.md", "mine without newline");
      await write();
      assert.deepEqual(await Promise.all(names.map((name) => read(name))), applied);
    });
  });

  describe("refusals", () => {
    it("has no redaction yet", async () => {
      await assert.rejects(
        write(undefined, { policy: "phi" }),
        refused("policy_unavailable", /phi is not available yet/),
      );
      await assertNothingWritten();
    });

    for (const name of [...names, ".gemini"]) {
      it(`does not write through a link planted at ${name}`, async () => {
        const secret = path.join(person.home, "secret");
        if (name === ".gemini") await mkdir(secret);
        else await writeFile(secret, "untouched");
        await mkdir(path.dirname(at(name)), { recursive: true });
        await symlink(secret, at(name));
        const before = await status();
        for (const preview of [true, false]) {
          await assert.rejects(write(undefined, { preview }), refused("unsafe_path", /is a symbolic link/));
        }
        await assert.rejects(service.clear(place()), refused("unsafe_path", /is a symbolic link/));
        if (name !== ".gemini") assert.equal(await readFile(secret, "utf8"), "untouched");
        assert.equal(await status(), before);
        if (name !== "AGENTS.override.md") assert.equal(await present("AGENTS.override.md"), false);
      });
    }

    it("does not follow a dangling link, nor write over a folder or a pipe", async () => {
      await symlink(path.join(person.home, "nothing"), at("CLAUDE.local.md"));
      await assert.rejects(write(), refused("unsafe_path", /CLAUDE\.local\.md is a symbolic link/));
      assert.equal(await person.user.files.exists(path.join(person.home, "nothing")), false);
      await rm(at("CLAUDE.local.md"));
      await mkdir(at("AGENTS.override.md"));
      await assert.rejects(write(), refused("unsafe_path", /AGENTS\.override\.md is a folder/));
      await rm(at("AGENTS.override.md"), { recursive: true });
      await person.user.run(["mkfifo", at("AGENTS.override.md")]);
      await assert.rejects(write(), refused("unsafe_path", /neither file nor folder/));
      await rm(at("AGENTS.override.md"));
      await put(".gemini", "a file");
      await assert.rejects(write(), refused("unsafe_path", /\.gemini is a file where a folder is needed/));
    });

    it("never writes a tracked AGENTS.override.md", async () => {
      await put("AGENTS.override.md", "tracked\n");
      await commit("AGENTS.override.md");
      await assert.rejects(write(), refused("conflict", /is tracked by git[^]*git rm --cached/));
      assert.equal(await read("AGENTS.override.md"), "tracked\n");
      assert.equal(await status(), "");
    });

    it("leaves tracked helper files alone and says what to do instead", async () => {
      await put("CLAUDE.local.md", "tracked\n");
      await put(".gemini/settings.json", "{}\n");
      await commit("CLAUDE.local.md", ".gemini/settings.json");
      const { advice } = await write();
      assert.equal(advice.length, 2);
      assert.match(
        advice[0] ?? "",
        /^CLAUDE\.local\.md is tracked by git[^]*add the line @AGENTS\.override\.md yourself/,
      );
      assert.match(advice[1] ?? "", /^\.gemini\/settings\.json is tracked by git[^]*context\.fileName/);
      assert.deepEqual([await read("CLAUDE.local.md"), await read(".gemini/settings.json")], ["tracked\n", "{}\n"]);
      assert.match(await read("AGENTS.override.md"), /the body/);
      assert.equal(await status(), "");
      await service.clear(place());
      assert.equal(await status(), "");
    });

    it("leaves Gemini settings it cannot read, and says so", async () => {
      await put(".gemini/settings.json", "{ not json");
      const { advice } = await write();
      assert.match(advice[0] ?? "", /was left as it is, because it is not valid JSON/);
      assert.equal(await read(".gemini/settings.json"), "{ not json");
    });

    it("writes nothing that a .gitignore would show", async () => {
      await put(".gitignore", "!CLAUDE.local.md\n");
      await commit(".gitignore");
      const { advice } = await write();
      assert.match(advice[0] ?? "", /keeps CLAUDE\.local\.md from being excluded/);
      assert.equal(await present("CLAUDE.local.md"), false);
      assert.equal(await status(), "");
      await service.clear(place());
      await put(".gitignore", "!AGENTS.override.md\n");
      await commit(".gitignore");
      await assert.rejects(write(), refused("conflict", /keeps AGENTS\.override\.md from being excluded/));
      await assertNothingWritten();
    });

    it("refuses a file that is not UTF-8 rather than lose bytes of it", async () => {
      const bytes = Buffer.from([0x6d, 0xfc, 0x0a]);
      for (const name of ["AGENTS.override.md", "CLAUDE.local.md"]) {
        await put(name, bytes);
        await assert.rejects(write(), refused("conflict", /not UTF-8/));
        assert.deepEqual(await readFile(at(name)), bytes);
        await rm(at(name));
      }
    });

    it("refuses broken markers, text of the person's over the budget, and a tree that is gone", async () => {
      await put("AGENTS.override.md", "mine\n<!-- issue-context:start -->\nmine too\n");
      await assert.rejects(write(), refused("conflict", /in line 2/));
      await put("AGENTS.override.md", "x".repeat(33_000));
      await assert.rejects(write(), refused("too_large", /33000 bytes/));
      assert.equal(await read("AGENTS.override.md"), "x".repeat(33_000));
      await rm(tree, { recursive: true });
      await assert.rejects(write(), refused("workspace_missing", /does not exist/));
    });
  });

  it("takes back what it wrote when a later file fails", async () => {
    await put("AGENTS.override.md", "mine\n");
    await put("CLAUDE.local.md", "my memory\n");
    const { files } = person.user;
    const full: typeof files.writeFile = (target, text, options) =>
      target.endsWith("settings.json")
        ? Promise.reject(new AppError("storage_full", "There is no space left."))
        : files.writeFile(target, text, options);
    const user = { ...person.user, files: { ...files, writeFile: full } };
    await assert.rejects(service.write({ user, tree, issue: issueOf() }), refused("storage_full", /no space left/));
    assert.equal(await read("AGENTS.override.md"), "mine\n");
    assert.equal(await read("CLAUDE.local.md"), "my memory\n");
    assert.equal(await present(".gemini"), false);
  });

  it("writes over nothing that changed since it was read", async () => {
    await put("AGENTS.override.md", "mine\n");
    const { git } = person.user;
    const edited: typeof git.exclude = async (...args) => {
      await put("AGENTS.override.md", "mine, edited meanwhile\n");
      await git.exclude(...args);
    };
    const user = { ...person.user, git: { ...git, exclude: edited } };
    await assert.rejects(
      service.write({ user, tree, issue: issueOf() }),
      refused("conflict", /changed by someone else/),
    );
    assert.equal(await read("AGENTS.override.md"), "mine, edited meanwhile\n");
    assert.equal(await present("CLAUDE.local.md"), false);
  });

  describe("clearing", () => {
    it("leaves the tree as it was before the first write", async () => {
      await write();
      const { changed, staleSessions } = await service.clear(place());
      assert.deepEqual([changed, staleSessions], [true, ["ses_1"]]);
      await assertNothingWritten();
      assert.equal(await present(".gemini"), false);
      assert.deepEqual(await service.clear(place()), {
        path: at("AGENTS.override.md"),
        changed: false,
        staleSessions: [],
      });
    });

    it("gives back the person's files byte for byte", async () => {
      const own = {
        "AGENTS.override.md": "\uFEFFmy rules\r\n\r\n",
        "CLAUDE.local.md": "mine",
        ".gemini/settings.json": '{\n\t"ui": {}\n}',
      };
      for (const [name, text] of Object.entries(own)) await put(name, text);
      await write(undefined, { notes: "a note" });
      await service.append({ ...place(), notes: "another" });
      await service.clear(place());
      for (const [name, text] of Object.entries(own)) assert.equal(await read(name), text);
    });

    it("leaves the context of another issue alone", async () => {
      await write();
      assert.equal((await service.clear({ ...place(), issueId: "iss_2" })).changed, false);
      assert.equal((await service.clear({ ...place(), issueId: "iss_1" })).changed, true);
    });
  });

  it("appends notes, with AGENTS.md as it is now", async () => {
    await assert.rejects(
      service.append({ ...place(), notes: "x" }),
      refused("conflict", /Write the context of an issue first/),
    );
    await write();
    await put("AGENTS.md", "# New rules\n");
    const { bytes } = await service.append({ ...place(), notes: "Mind the parser." });
    const text = await read("AGENTS.override.md");
    assert.equal(bytes, Buffer.byteLength(text));
    assert.ok(text.includes("# New rules\n") && text.includes("\nMind the parser.\n") && text.includes("the body"));
  });
});
