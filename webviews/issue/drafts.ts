import type { Draft, SavedDrafts } from "../../shared/messages/issue-panel.ts";

/** What the person is writing and has not sent. */
export interface Drafts {
  read<K extends keyof SavedDrafts>(name: K): SavedDrafts[K];
  keep<K extends keyof SavedDrafts>(name: K, draft: SavedDrafts[K]): void;
  all(): SavedDrafts;
}

/** @param onKeep called after every change, to put it where a reload finds it */
export function createDrafts(saved: SavedDrafts | null, onKeep: () => void): Drafts {
  const drafts: SavedDrafts = saved ?? { comment: undefined, title: undefined, body: undefined };
  return {
    read: (name) => drafts[name],
    keep: (name, draft) => {
      drafts[name] = draft;
      onKeep();
    },
    all: () => drafts,
  };
}

/** A draft that began from `base`. */
export function draftOf(text: string, base: string): Draft {
  return { text, base: fingerprint(base) };
}

/** 32 bits that tell whether a text is still the one an edit began from (FNV-1a over UTF-16 units). */
export function fingerprint(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash;
}
