import type { Memento } from "vscode";
import { AppError } from "../../shared/errors.ts";
import type { Endpoint } from "./discover.ts";

const key = "aiops.signedOut";

/** That the person signed out of a server, which holds until they sign in, whatever host identity would give them. */
export class SignedOut {
  readonly #memory: Memento;

  constructor(memory: Memento) {
    this.#memory = memory;
  }

  async remember(url: string): Promise<void> {
    await this.#memory.update(key, url);
  }

  async forget(): Promise<void> {
    await this.#memory.update(key, undefined);
  }

  /** @throws AppError `unauthenticated` */
  refuse({ server, url }: Endpoint): void {
    // One's own server has nobody else to keep out.
    if (server === "personal" || this.#memory.get(key) !== url) return;
    throw new AppError("unauthenticated", `You signed out of the aiops server at ${url}. Sign in to use it again.`);
  }
}
