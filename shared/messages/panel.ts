import { request } from "./channel.ts";
import { link, nothing, oneOf, record, text, type Read } from "./shape.ts";

// What all panels have in common; each has a file of its own for the rest.

/** What a page learns once, when it says it is ready. */
export interface PanelLocale {
  /** BCP 47, as `vscode.env.language`. */
  language: string;
  /** English text → translation, as `vscode.l10n.bundle`; empty for English. */
  translations: Record<string, string>;
}

/** What may change without what a panel shows. */
export interface PanelSurroundings {
  /** Whether anything may be changed from here. */
  canWrite: boolean;
  /** Why not, for people; null where `canWrite`. */
  readOnlyReason: string | null;
  /** Since when (ISO 8601) the server cannot be reached and what is shown may be old; null while connected. */
  offlineSince: string | null;
}

/** How an action ended, failures aside: those are answered as errors. */
export const outcome = oneOf("done", "cancelled");
export type Outcome = Read<typeof outcome>;

/** What every page may ask of its host. */
export const toPanelHost = {
  /** Reads what is shown anew, from its source where that can be reached; `show` follows. Also the Retry of a failure. */
  refresh: request(nothing, outcome),
  copy: request(record({ text: text(2_000_000) }), outcome),
  /** A link of a text, already known to be http, https or mailto. */
  openLink: request(record({ url: link }), outcome),
};
