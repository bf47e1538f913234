import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Host, HostUser } from "../../../server/host/host.ts";
import { createLocalHost } from "../../../server/host/local.ts";

/** A person on this host: the current user, with a home of their own for the time of a test. */
export interface Person extends AsyncDisposable {
  host: Host;
  user: HostUser;
  /** Real path; everything the test makes lies below it. */
  base: string;
  home: string;
  /** Runs git as the person would, outside the host's own git. */
  git(cwd: string, ...args: string[]): Promise<string>;
}

export async function makePerson(environment: Record<string, string> = {}): Promise<Person> {
  const base = await realpath(await mkdtemp(path.join(os.tmpdir(), "aiops-host-")));
  const home = path.join(base, "home");
  await mkdir(home);
  await writeFile(
    path.join(home, ".gitconfig"),
    "[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n",
  );
  const host = createLocalHost({ environment: { ...process.env, ...environment, HOME: home } });
  const user = await host.as(host.currentUser);
  return {
    host,
    user,
    base,
    home,
    git: async (cwd, ...args) => (await user.run(["git", ...args], { cwd })).stdout.trim(),
    [Symbol.asyncDispose]: () => rm(base, { recursive: true, force: true }),
  };
}

/** A bare repository with one commit on `main`; answers its file:// address. */
export async function makeRemote(
  person: Person,
  name = "remote.git",
  files: Readonly<Record<string, string>> = { "README.md": "# Read me\n" },
) {
  const bare = path.join(person.base, name);
  const work = await mkdtemp(path.join(person.base, "seed-"));
  await person.git(person.base, "init", "--bare", "--", bare);
  await person.git(work, "init");
  for (const [file, text] of Object.entries(files)) await writeFile(path.join(work, file), text);
  await person.git(work, "add", "--all");
  await person.git(work, "commit", "-m", "First commit");
  await person.git(work, "push", bare, "main");
  return { url: `file://${bare}`, bare, work };
}
