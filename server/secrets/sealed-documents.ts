import type { EntityDirectory, EntityRecord } from "../directory/entities.ts";
import type { SealedRecords, SecretBox, SecretContext } from "./secret-box.ts";

/** A field of a record with a sealed value or null, and the place it was sealed for. */
export interface SealedField<T> {
  field: keyof T & string;
  context: SecretContext;
}

export interface SealedDocumentOptions<T extends EntityRecord> {
  /** What they are, as "connections". */
  name: string;
  directory: EntityDirectory<T>;
  secrets: SecretBox;
  fields: (record: T) => readonly SealedField<T>[];
}

/** Records of a directory whose sealed fields are sealed anew after a change of the key. */
export function sealedDocuments<T extends EntityRecord>(options: SealedDocumentOptions<T>): SealedRecords {
  const { name, directory, secrets, fields } = options;
  const changes = (record: T): Partial<T> => {
    const changed: Partial<Record<string, string>> = {};
    for (const { field, context } of fields(record)) {
      const sealed = record[field];
      if (typeof sealed !== "string") continue;
      const now = secrets.reseal(sealed, context);
      if (now !== sealed) changed[field] = now;
    }
    return changed as Partial<T>;
  };
  return {
    name,
    values: () =>
      directory.list().flatMap((record) => {
        return fields(record).flatMap(({ field }) => {
          const sealed = record[field];
          return typeof sealed === "string" ? [sealed] : [];
        });
      }),
    reseal: async () => {
      const outdated = directory.list().filter((record) => Object.keys(changes(record)).length > 0);
      // Together: writes made at the same time share one sync.
      await Promise.all(
        outdated.map(({ id }) => directory.update(id, undefined, (now) => ({ ...now, ...changes(now) }))),
      );
    },
  };
}
