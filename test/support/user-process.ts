import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { TestLinuxUser } from "./linux-users.ts";

import type { Deeds } from "./user-process-child.ts";

type Said<Name extends keyof Deeds> = Parameters<Deeds[Name]>[0];
type Answered<Name extends keyof Deeds> = Awaited<ReturnType<Deeds[Name]>>;

/** What came of a deed. */
type Outcome = { id: number; value: unknown } | { id: number; error: { message: string; code: string } };

/**
 * A process of another Linux user: it loads what it needs as root, then becomes that user for good, so that all it opens,
 * makes and connects is theirs.
 */
export class UserProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<Outcome>>();
  #last = 0;

  constructor(user: Pick<TestLinuxUser, "uid" | "gid" | "home" | "name">) {
    const program = fileURLToPath(new URL("user-process-child.ts", import.meta.url));
    this.#child = fork(program, [String(user.uid), String(user.gid)], {
      execArgv: ["--disable-warning=ExperimentalWarning"],
      cwd: "/",
      env: { PATH: "/usr/bin:/bin", HOME: user.home, USER: user.name },
    });
    this.#child.on("message", (outcome: Outcome) => this.#waiting.get(outcome.id)?.resolve(outcome));
    this.#child.once("exit", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("the user's process ended"));
    });
  }

  /** Does something as the user. @throws Error with the `code` of what was thrown there */
  async do<Name extends keyof Deeds>(name: Name, said: Said<Name>): Promise<Answered<Name>> {
    this.#last += 1;
    const id = this.#last;
    const waiting = Promise.withResolvers<Outcome>();
    this.#waiting.set(id, waiting);
    this.#child.send({ id, name, said });
    const outcome = await waiting.promise;
    this.#waiting.delete(id);
    if ("error" in outcome) throw Object.assign(new Error(outcome.error.message), { code: outcome.error.code });
    return outcome.value as Answered<Name>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await gone;
  }
}
