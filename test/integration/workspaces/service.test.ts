import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { createLocalHost } from "../../../server/host/local.ts";
import {
  WorkspaceService,
  type NewWork,
  type PreparedTree,
  type WorkspaceProject,
} from "../../../server/workspaces/service.ts";
import { makePerson, makeRemote, type Person } from "../host/fixture.ts";

describe("workspaces", () => {
  let person: Person;
  let service: WorkspaceService;
  let project: WorkspaceProject;
  let me: string;
  let clone: string;

  function serviceWith(config: Partial<ConstructorParameters<typeof WorkspaceService>[0]["config"]> = {}) {
    const installation = path.join(person.base, "installation");
    return new WorkspaceService({ host: person.host, config: { allowFile: true, installation, ...config } });
  }

  beforeEach(async () => {
    person = await makePerson();
    const { url } = await makeRemote(person);
    me = person.user.name;
    service = serviceWith();
    project = { id: "p1", slug: "site", tenantSlug: "acme", repositoryUrl: url, defaultBranch: "main" };
    clone = path.join(person.home, "workspace/site");
  });
  afterEach(() => person[Symbol.asyncDispose]());

  const names = async () => (await readdir(path.join(person.home, "workspace"))).sort();
  const work = (more: Partial<NewWork> = {}): NewWork => ({
    issue: { id: "i12", key: "#12", title: 'Login: ünïcode & "quotes" -- fail/s' },
    busyPaths: () => [],
    ...more,
  });
  const takeUp = (wanted = work()) => service.takeUp(project, me, wanted, (tree) => Promise.resolve(tree));
  /** Takes work up whose start fails after `inTree`. */
  const failToTakeUp = (wanted = work(), inTree: (tree: PreparedTree) => Promise<unknown> = () => Promise.resolve()) =>
    assert.rejects(
      service.takeUp(project, me, wanted, async (tree) => {
        await inTree(tree);
        throw new Error("no session");
      }),
      { message: "no session" },
    );

  describe("initialise and status", () => {
    it("clones once, and tells the state", async () => {
      assert.equal((await service.status(project, me)).exists, false);
      const made = await service.initialise(project, me);
      assert.deepEqual(
        { ...made, lastCommit: made.lastCommit?.subject },
        {
          path: clone,
          exists: true,
          branch: "main",
          ahead: 0,
          behind: 0,
          upstream: "origin/main",
          dirty: false,
          lastCommit: "First commit",
          worktrees: [],
        },
      );
      await writeFile(path.join(clone, "mine.txt"), "kept");
      assert.equal((await service.initialise(project, me)).dirty, true);
      assert.deepEqual(await names(), ["site"]);
    });

    it("checks out the project's default branch where the remote has another", async () => {
      await person.git(path.join(person.base, "remote.git"), "branch", "develop", "main");
      assert.equal((await service.initialise({ ...project, defaultBranch: "develop" }, me)).branch, "develop");
    });

    it("keeps two projects of one name apart, and finds each again", async () => {
      const other = { ...project, id: "p2", tenantSlug: "other" };
      const [first, second] = await Promise.all([service.initialise(project, me), service.initialise(other, me)]);
      assert.deepEqual([first.path, second.path], [clone, path.join(person.home, "workspace/other--site")]);
      assert.equal((await service.status(other, me)).path, second.path);
      await service.remove(project, me);
      assert.equal((await service.status(other, me)).path, second.path);
    });

    it("finds a clone again when the server was set up anew, and one made by hand", async () => {
      await service.initialise(project, me);
      assert.equal((await service.status({ ...project, id: "new-id" }, me)).exists, true);
      assert.equal((await service.status({ ...project, id: "p2", tenantSlug: "other" }, me)).exists, false);
      await rm(path.join(clone, ".git/aiops.json"));
      assert.equal((await service.status(project, me)).exists, true);
      await writeFile(path.join(clone, ".git/aiops.json"), "{ not json");
      assert.equal((await service.status(project, me)).exists, true);
    });

    it("tells of a clone deleted by hand, and makes it again", async () => {
      await service.initialise(project, me);
      await rm(clone, { recursive: true });
      assert.equal((await service.status(project, me)).exists, false);
      await assert.rejects(takeUp(), { code: "workspace_missing" });
      assert.equal((await service.initialise(project, me)).exists, true);
    });

    it("leaves nothing of a clone that failed, and says why", async () => {
      const wrong = { ...project, repositoryUrl: `file://${person.base}/missing.git` };
      await assert.rejects(service.initialise(wrong, me), {
        code: "git_failed",
        message: /no repository at that address/,
      });
      assert.deepEqual(await names(), []);
    });

    for (const repositoryUrl of ["", "ext::sh -c id", "--upload-pack=id", "git://example.org/x"]) {
      it(`refuses the address ${JSON.stringify(repositoryUrl)}`, async () => {
        await assert.rejects(service.initialise({ ...project, repositoryUrl }, me), { code: "invalid_input" });
      });
    }

    it("says that the project's address and the clone's differ", async () => {
      await service.initialise(project, me);
      const moved = { ...project, repositoryUrl: "https://example.org/moved.git" };
      await assert.rejects(service.initialise(moved, me), { code: "conflict", message: /is a clone of/ });
    });

    it("does not touch what stands in its places", async () => {
      await mkdir(clone, { recursive: true });
      assert.equal((await service.status(project, me)).path, path.join(person.home, "workspace/acme--site"));
      await writeFile(path.join(person.home, "workspace/acme--site"), "a file");
      await assert.rejects(service.initialise(project, me), { code: "conflict", message: /is taken/ });
      assert.deepEqual(await readdir(clone), []);
    });

    it("does not follow a link planted at the clone's place", async () => {
      await service.initialise(project, me);
      const elsewhere = path.join(person.base, "elsewhere");
      await rename(clone, elsewhere);
      await symlink(elsewhere, clone);
      assert.equal((await service.status(project, me)).exists, false);
    });

    it("cleans up after a server that was killed while cloning or removing", async () => {
      for (const leftover of [".site.cloning-0a", ".site.removing-0b"]) {
        await mkdir(path.join(person.home, "workspace", leftover), { recursive: true });
        await writeFile(path.join(person.home, "workspace", leftover, "part"), "x");
      }
      await mkdir(path.join(person.home, "workspace/.other.cloning-0a"));
      await service.initialise(project, me);
      assert.deepEqual(await names(), [".other.cloning-0a", "site"]);
    });

    it("never uses the server's own installation", async () => {
      const inside = serviceWith({ installation: person.home });
      await assert.rejects(inside.initialise(project, me), { code: "unsafe_path" });
      const beside = serviceWith({ installation: path.join(clone, "deep/inside") });
      assert.equal((await beside.status(project, me)).path, path.join(person.home, "workspace/acme--site"));
    });

    it("takes another root, and refuses to act as another user", async () => {
      assert.equal(
        (await serviceWith({ root: "code/work" }).initialise(project, me)).path,
        path.join(person.home, "code/work/site"),
      );
      const root = path.join(person.base, "absolute");
      assert.equal((await serviceWith({ root }).initialise(project, me)).path, path.join(root, "site"));
      await assert.rejects(service.status(project, "somebody-else"), { code: "forbidden" });
    });

    it("tells the states of many, each with its own outcome", async () => {
      const projects = await Promise.all(
        Array.from({ length: 12 }, async (_, index) => {
          const one = { ...project, id: `p${index}`, slug: `site-${index}` };
          if (index % 2 === 0) await service.initialise(one, me);
          return one;
        }),
      );
      const wanted = [
        ...projects.map((one) => ({ project: one, linuxUser: me })),
        { project, linuxUser: "nobody-here" },
      ];
      const outcomes = await service.statuses(wanted);
      const told = outcomes.map((outcome) => (outcome.status === "fulfilled" ? outcome.value.exists : "refused"));
      assert.deepEqual(told, [...projects.map((_, index) => index % 2 === 0), "refused"]);
    });
  });

  describe("the tree for a piece of work", () => {
    const branch = "issue/12-login-ünïcode-quotes-fail-s";
    beforeEach(async () => {
      await service.initialise(project, me);
    });

    it("is the clone, on the issue's branch, and the same again", async () => {
      const prepared = await takeUp();
      assert.deepEqual([prepared.path, prepared.branch], [clone, branch]);
      assert.deepEqual(
        [prepared.created.branch, prepared.created.worktree, prepared.created.switchedFrom],
        [true, false, "main"],
      );
      assert.equal((await service.status(project, me)).branch, branch);
      // A session runs there now, the issue has a new title, and work was done.
      await writeFile(path.join(clone, "work.txt"), "x");
      const again = await takeUp(
        work({ issue: { id: "i12", key: "#12", title: "New title" }, busyPaths: () => [clone] }),
      );
      assert.deepEqual([again.path, again.branch, again.created.branch], [clone, branch, false]);
      assert.equal(await service.treeFor(project, me, "i12"), clone);
    });

    it("is a worktree where a session runs in the clone, and the same again", async () => {
      const busyPaths = [path.join(clone, "src")];
      const prepared = await takeUp(work({ busyPaths: () => busyPaths }));
      assert.equal(prepared.path, `${clone}@12`);
      const again = await takeUp(work({ busyPaths: () => [...busyPaths, prepared.path] }));
      assert.deepEqual([again.path, again.branch], [prepared.path, branch]);
      const status = await service.status(project, me);
      assert.equal(status.branch, "main");
      assert.deepEqual(status.worktrees, [
        {
          path: `${clone}@12`,
          branch,
          upstream: null,
          ahead: 0,
          behind: 0,
          dirty: false,
          issueId: "i12",
          issueKey: "#12",
        },
      ]);
      assert.equal(await service.treeFor(project, me, "i12"), prepared.path);
      assert.equal(await service.treeFor(project, me, "i13"), clone);
    });

    it("is a worktree where the clone has changes, which stay", async () => {
      await writeFile(path.join(clone, "README.md"), "not committed\n");
      const prepared = await takeUp();
      assert.equal(prepared.path, `${clone}@12`);
      assert.equal(await readFile(path.join(clone, "README.md"), "utf8"), "not committed\n");
      assert.equal(await readFile(path.join(prepared.path, "README.md"), "utf8"), "# Read me\n");
    });

    it("says what to do where only the clone would do", async () => {
      await assert.rejects(takeUp(work({ worktree: false, busyPaths: () => [clone] })), {
        code: "conflict",
      });
      await writeFile(path.join(clone, "README.md"), "not committed\n");
      await assert.rejects(takeUp(work({ worktree: false })), {
        code: "dirty_tree",
        message: /Commit or stash/,
      });
      assert.equal((await service.status(project, me)).branch, "main");
    });

    it("is another for issues of two trackers with one key and title", async () => {
      const first = await takeUp(work({ worktree: true }));
      const issue = { ...work().issue, id: "j12" };
      const second = await takeUp(work({ worktree: true, issue }));
      assert.deepEqual([second.path, second.branch], [`${first.path}-2`, `${branch}-2`]);
    });

    it("serves many at once", async () => {
      const issues = Array.from({ length: 6 }, (_, index) => ({
        id: `i${index}`,
        key: `#${index}`,
        title: "alias pager",
      }));
      const trees = await Promise.all(issues.map((issue) => takeUp(work({ issue, worktree: true }))));
      assert.equal(new Set(trees.map((tree) => tree.path)).size, 6);
      assert.equal((await service.status(project, me)).worktrees.length, 6);
    });

    it("is never one that another piece of work is just taking into use", async () => {
      const used: string[] = [];
      const started = ["a", "b", "c"].map((name) =>
        service.takeUp(
          project,
          me,
          work({ issue: { id: name, key: `#${name}`, title: "" }, busyPaths: () => used }),
          async (tree) => {
            // Switching the clone would take turns with this.
            const { branch: before } = await person.user.git.status(tree.path);
            used.push(tree.path);
            return before;
          },
        ),
      );
      assert.deepEqual(await Promise.all(started), ["issue/a", "issue/b", "issue/c"]);
      assert.deepEqual(used, [clone, `${clone}@b`, `${clone}@c`]);
    });

    it("is used, removed or taken up by one at a time", async () => {
      const used: string[] = [];
      const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
      const { promise: asked, resolve: goOn } = Promise.withResolvers<void>();
      const session = service.use(project, me, undefined, async (tree) => {
        enter();
        await asked;
        used.push(tree.path);
      });
      await entered;
      const removal = service.remove(project, me, { force: true, busyPaths: () => used });
      const other = takeUp(work({ busyPaths: () => used }));
      goOn();
      await session;
      await assert.rejects(removal, { code: "conflict" });
      assert.equal((await other).path, `${clone}@12`);
    });

    it("is waited for no longer than until the work is cancelled", async () => {
      const { promise: asked, resolve: goOn } = Promise.withResolvers<void>();
      const other = service.use(project, me, undefined, () => asked);
      const cancel = new AbortController();
      const { signal } = cancel;
      const waiting = [takeUp(work({ signal })), service.initialise(project, me, { signal })];
      cancel.abort(new Error("cancelled"));
      for (const each of waiting) await assert.rejects(each, /cancelled/);
      goOn();
      await other;
    });

    it("is one of the workspace's, where one is asked for", async () => {
      const { path: worktree } = await takeUp(work({ worktree: true }));
      assert.deepEqual(await service.use(project, me, worktree, (tree) => Promise.resolve(tree.branch)), branch);
      const foreign = service.use(project, me, person.home, () => Promise.resolve());
      await assert.rejects(foreign, { code: "invalid_input", message: /working trees/ });
    });

    for (const branchName of ["with space", "-b", "--orphan", "a..b", "x.lock", "HEAD"]) {
      it(`refuses the branch ${branchName}`, async () => {
        await assert.rejects(takeUp(work({ branch: branchName })), { code: "invalid_input" });
      });
    }

    for (const branchName of ['it\'s/"quoted"', "größe/標題", "a/b/c"]) {
      it(`takes the branch ${branchName}`, async () => {
        const prepared = await takeUp(work({ branch: branchName, worktree: true }));
        assert.equal((await person.user.git.status(prepared.path)).branch, branchName);
      });
    }

    it("starts from the remote's branch of that name", async () => {
      const other = path.join(person.base, "other");
      await person.git(person.base, "clone", project.repositoryUrl, other);
      await person.git(other, "commit", "--allow-empty", "-m", "Theirs");
      await person.git(other, "push", "origin", `HEAD:${branch}`);
      await person.git(clone, "fetch");
      await takeUp();
      const status = await service.status(project, me);
      assert.deepEqual([status.branch, status.lastCommit?.subject], [branch, "Theirs"]);
    });

    it("starts from the remote's own default branch where the project names none", async () => {
      await person.git(clone, "checkout", "--quiet", "-b", "elsewhere");
      const tree = await service.takeUp({ ...project, defaultBranch: "" }, me, work(), (made) => Promise.resolve(made));
      assert.equal(
        await person.git(tree.path, "rev-parse", "HEAD"),
        await person.git(clone, "rev-parse", "origin/HEAD"),
      );
    });

    it("says that there is nothing to start from", async () => {
      await assert.rejects(
        service.takeUp({ ...project, defaultBranch: "nope" }, me, work(), (tree) => Promise.resolve(tree)),
        {
          code: "conflict",
          message: /default branch/,
        },
      );
    });

    it("is mended when it was deleted by hand, or git was killed while making it", async () => {
      const first = await takeUp(work({ worktree: true }));
      await rm(first.path, { recursive: true });
      assert.deepEqual((await service.status(project, me)).worktrees, []);
      const second = await takeUp(work({ worktree: true }));
      assert.equal(second.path, first.path);

      // As `git worktree add` leaves it: locked, and not all of it there.
      await writeFile(path.join(clone, ".git/worktrees/site@12/locked"), "initializing");
      await rm(path.join(first.path, "README.md"));
      const third = await takeUp(work({ worktree: true }));
      assert.equal(third.path, first.path);
      assert.equal((await person.user.git.status(third.path)).dirty, false);
    });

    describe("whose start fails", () => {
      it("gives the clone back as it was", async () => {
        await failToTakeUp(work(), async () => {
          assert.equal((await service.status(project, me)).branch, branch);
        });
        assert.equal((await service.status(project, me)).branch, "main");
        assert.deepEqual(await person.user.git.branches(clone), ["main"]);
        assert.deepEqual(JSON.parse(await readFile(path.join(clone, ".git/aiops.json"), "utf8")).issues, {});
      });

      it("gives a detached clone back", async () => {
        const sha = (await person.user.git.headSha(clone)) ?? "";
        await person.git(clone, "switch", "--detach", sha);
        await failToTakeUp();
        const status = await service.status(project, me);
        assert.deepEqual([status.branch, status.lastCommit?.sha], [null, sha]);
      });

      it("removes the worktree and its branch, ignored files included", async () => {
        await failToTakeUp(work({ worktree: true }), async (tree) => {
          await person.user.git.exclude(tree.path, ["/AGENTS.override.md"]);
          await writeFile(path.join(tree.path, "AGENTS.override.md"), "context");
        });
        assert.deepEqual(await names(), ["site"]);
        assert.deepEqual(await person.user.git.branches(clone), ["main"]);
      });

      it("keeps what holds work by now", async () => {
        await failToTakeUp(work({ worktree: true }), (tree) => writeFile(path.join(tree.path, "work.txt"), "x"));
        assert.equal((await stat(path.join(`${clone}@12`, "work.txt"))).isFile(), true);
        const issue = { id: "i13", key: "#13", title: "" };
        await failToTakeUp(work({ issue }), () => person.git(clone, "commit", "--allow-empty", "-m", "Work"));
        assert.deepEqual(await person.user.git.branches(clone), [branch, "issue/13", "main"]);
      });

      it("leaves an existing branch and tree alone", async () => {
        await takeUp(work({ worktree: true }));
        await failToTakeUp();
        assert.equal((await service.status(project, me)).worktrees.length, 1);
      });

      it("by itself when it was cancelled", async () => {
        const signal = AbortSignal.abort();
        for (const worktree of [true, false]) {
          await assert.rejects(takeUp(work({ worktree, signal })), { code: "cancelled" });
          assert.deepEqual([await names(), await person.user.git.branches(clone)], [["site"], ["main"]]);
        }
        assert.equal((await service.status(project, me)).branch, "main");
      });
    });
  });

  describe("remove", () => {
    beforeEach(async () => {
      await service.initialise(project, me);
    });

    it("removes clone and worktrees, and nothing twice", async () => {
      await takeUp(work({ worktree: true }));
      await service.remove(project, me);
      await service.remove(project, me);
      assert.deepEqual(await names(), []);
    });

    it("refuses to lose changes or commits, unless forced", async () => {
      const prepared = await takeUp(work({ worktree: true }));
      await writeFile(path.join(prepared.path, "work.txt"), "x");
      await person.git(clone, "commit", "--allow-empty", "-m", "Mine");
      await assert.rejects(service.remove(project, me), (error: Error & { code: string; data: unknown }) => {
        assert.equal(error.code, "dirty_tree");
        assert.deepEqual(error.data, { dirty: [prepared.path], unpushed: [{ ref: "main", commits: 1 }] });
        return true;
      });
      assert.deepEqual(await names(), ["site", "site@12"]);
      await service.remove(project, me, { force: true });
      assert.deepEqual(await names(), []);
    });

    it("refuses while sessions run there, and with worktrees made elsewhere, even by force", async () => {
      await assert.rejects(service.remove(project, me, { force: true, busyPaths: () => [clone] }), {
        code: "conflict",
      });
      await person.git(clone, "worktree", "add", "-b", "mine", path.join(person.base, "mine"));
      await assert.rejects(service.remove(project, me, { force: true }), { code: "conflict", message: /worktrees/ });
      assert.equal((await service.status(project, me)).exists, true);
    });
  });

  it("refuses to act as anybody but the server's user", async () => {
    const host = createLocalHost({ environment: process.env });
    await assert.rejects(host.as("root-or-somebody"), { code: "forbidden", message: /shared mode/ });
  });
});
