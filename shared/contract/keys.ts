import * as z from "zod";
import { timestamp } from "../entities/common.ts";
import { operation } from "./operation.ts";

const keyId = z.string();

const keyReport = z.object({
  id: keyId,
  /** `missing`: values are sealed with it and nobody has it. */
  source: z.enum(["file", "environment", "command", "missing"]),
  createdAt: timestamp.nullable(),
  /** Whether new values are sealed with it. */
  active: z.boolean(),
  /** How many stored values it opens. */
  values: z.int().min(0),
});

const rotationReport = z.object({
  activeId: keyId,
  /** Whether the keys come from the environment or a command: then they are replaced there, the new one first. */
  external: z.boolean(),
  /** Values that were sealed anew. */
  resealed: z.int(),
  /** Values that could not be opened and stayed as they are. */
  unreadable: z.int(),
  /** Keys that were taken out of the key file. */
  removed: z.array(keyId),
  /** Keys that open nothing any more and are still there. */
  unused: z.array(keyId),
  /** Whether an old key stays for a minute, because something was sealed with it just now: repeat it then. */
  settling: z.boolean(),
});

export type KeyReport = z.infer<typeof keyReport>;
export type RotationReport = z.infer<typeof rotationReport>;

const example = {
  id: "5f0c9a3e11d2",
  source: "file",
  createdAt: "2026-11-20T08:00:00.000Z",
  active: true,
  values: 3,
};

export const keys = {
  list: operation
    .route({ method: "GET", path: "/api/keys", summary: "List the keys secrets are sealed with", tags: ["keys"] })
    .meta({ capability: "keys.manage", effect: "read", scope: [], example: { output: { items: [example] } } })
    .output(z.object({ items: z.array(keyReport) })),
  rotate: operation
    .route({
      method: "POST",
      path: "/api/keys/rotate",
      summary: "Seal every stored secret with a new key; repeated after an interruption it goes on",
      tags: ["keys"],
    })
    .meta({
      capability: "keys.manage",
      effect: "write",
      scope: [],
      stepUp: true,
      example: {
        input: { keepOld: false },
        output: {
          activeId: "5f0c9a3e11d2",
          external: false,
          resealed: 3,
          unreadable: 0,
          removed: ["0b77aa1c02fe"],
          unused: [],
          settling: false,
        },
      },
    })
    .input(z.object({ keepOld: z.boolean().default(false) }))
    .output(rotationReport),
};
