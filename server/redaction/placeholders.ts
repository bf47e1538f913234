import type { RedactionKind } from "../../shared/rules/redaction.ts";
import type { Span } from "./span.ts";

/**
 * Gives each value its replacement, the same one whenever it comes again: `<EMAIL_ADDRESS>` for the first of a kind,
 * `<EMAIL_ADDRESS_2>` for the next; of persons the shortened name, `John S. (2)` where another one has it already.
 */
export class Placeholders {
  readonly #given = new Map<string, string>();
  readonly #used = new Map<string, number>();

  of({ kind, key, shown }: Pick<Span, "kind" | "key" | "shown">): string {
    const id = `${kind} ${key}`;
    const earlier = this.#given.get(id);
    if (earlier !== undefined) return earlier;
    const made = this.#make(kind, shown);
    this.#given.set(id, made);
    return made;
  }

  #make(kind: RedactionKind, shown: string | undefined): string {
    const base = shown ?? kind;
    const count = (this.#used.get(base) ?? 0) + 1;
    this.#used.set(base, count);
    if (shown !== undefined) return count === 1 ? shown : `${shown} (${String(count)})`;
    return count === 1 ? `<${kind}>` : `<${kind}_${String(count)}>`;
  }
}
