import { AppError } from "../../../shared/errors.ts";
import { markdownToAdf } from "./adf/from-markdown.ts";
import type { DocumentPlace } from "./adf/nodes.ts";
import { adfToMarkdown } from "./adf/to-markdown.ts";
import { wikiToAdf } from "./wiki/from-wiki.ts";
import { adfToWiki } from "./wiki/to-wiki.ts";

/** How a Jira keeps texts: Cloud as documents (ADF), Data Center as wiki markup. Ours are markdown. */
export interface TextFormat {
  toMarkdown(stored: unknown, place: DocumentPlace): string;
  /** @throws {AppError} `too_large` */
  fromMarkdown(markdown: string, place: Pick<DocumentPlace, "profiles">): unknown;
}

/** What Jira allows for one text unless its administrators changed it (`jira.text.field.character.limit`). */
const maxCharacters = 32_767;

export const documentFormat: TextFormat = {
  toMarkdown: adfToMarkdown,
  fromMarkdown: (markdown, place) => markdownToAdf(checked(markdown), place),
};

export const wikiFormat: TextFormat = {
  toMarkdown: (stored, place) => (typeof stored === "string" ? adfToMarkdown(wikiToAdf(stored, place), place) : ""),
  fromMarkdown: (markdown, place) => adfToWiki(markdownToAdf(checked(markdown), place)),
};

function checked(markdown: string): string {
  if (markdown.length <= maxCharacters) return markdown;
  throw new AppError(
    "too_large",
    `The text has ${markdown.length} characters; Jira takes ${maxCharacters}. Shorten it, or attach it as a file in Jira.`,
  );
}
