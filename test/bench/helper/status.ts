import path from "node:path";
import { systemClock } from "../../../shared/clock.ts";
import { Accounts } from "../../../server/host/accounts.ts";
import { createSharedHost } from "../../../server/host/shared.ts";
import { WorkspaceService, type WorkspaceProject } from "../../../server/workspaces/service.ts";
import { runAs, type LinuxUsers, type TestLinuxUser } from "../../support/linux-users.ts";
import { median, ratio, run, timed } from "./timing.ts";

const people = 5;
const projects = 10;
const rounds = 11;

/** The state of every workspace of five people, against as many plain `git status` at once, each as its owner. */
export async function measureStatus(users: LinuxUsers, program: string) {
  const accounts = new Accounts(systemClock);
  await using stack = new AsyncDisposableStack();
  const host = createSharedHost({ environment: process.env, accounts, program, idleMs: 60_000 });
  stack.defer(() => host.close());
  const service = new WorkspaceService({ host, config: { allowFile: true, installation: "/nonexistent" } });
  const wanted: { project: WorkspaceProject; linuxUser: string; owner: TestLinuxUser; tree: string }[] = [];
  for (let person = 0; person < people; person += 1) {
    const owner = await users.create();
    const seed = path.join(owner.home, "seed");
    const made = await runAs(owner, ["sh", "-c", seedScript, "sh", seed]);
    if (made.code !== 0) throw new Error(made.stderr);
    for (let number = 0; number < projects; number += 1) {
      const slug = `project-${number}`;
      const project = { id: slug, slug, tenantSlug: "bench", repositoryUrl: `file://${seed}`, defaultBranch: "main" };
      const { path: tree } = await service.initialise(project, owner.name);
      wanted.push({ project, linuxUser: owner.name, owner, tree });
    }
  }
  const plain = () =>
    Promise.all(
      wanted.map(({ owner: { uid, gid, home }, tree }) =>
        run(["git", "-C", tree, "status", "--porcelain=v2", "--branch"], {
          uid,
          gid,
          env: { PATH: process.env["PATH"] ?? "", HOME: home, GIT_OPTIONAL_LOCKS: "0" },
        }),
      ),
    );
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(
      await timed(async () => {
        for (const outcome of await service.statuses(wanted)) if ("error" in outcome) throw outcome.error;
      }),
    );
    theirs.push(await timed(plain));
  }
  return { server: median(ours), plain: median(theirs), ratio: ratio(median(ours), median(theirs)) };
}

/** Some hundred files and one commit. */
const seedScript = `
set -e
git init -q -b main "$1"; cd "$1"
for folder in 1 2 3 4 5 6 7 8 9 10; do
  mkdir "$folder"
  for file in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do echo "$file" > "$folder/$file"; done
done
git add . && git -c user.name=A -c user.email=a@example.org commit -qm Begin
`;
