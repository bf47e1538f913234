import * as z from "zod";
import type { CollectionDefinition } from "../../../server/storage/document-store.ts";

export const noteSchema = z.object({
  id: z.string(),
  version: z.int(),
  slug: z.string(),
  text: z.string(),
});

export type Note = z.infer<typeof noteSchema>;

/** A small collection for storage tests. */
export const notes: CollectionDefinition<Note> = {
  name: "notes",
  parse: (value) => noteSchema.parse(value),
  unique: (note) => ({ slug: note.slug }),
};

export function note(id: string, text = ""): Note {
  return { id, version: 1, slug: `slug-${id}`, text };
}
