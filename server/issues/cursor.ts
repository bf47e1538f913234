import * as z from "zod";
import { AppError } from "../../shared/errors.ts";

/** The last item of a page: the list's kind, what it is sorted by, and the id that settles ties. */
const cursorSchema = z.tuple([z.string(), z.union([z.string(), z.number()]), z.string()]);

export interface CursorPosition<T extends string | number> {
  value: T;
  id: string;
}

/** @param kind names sort and order, so that a cursor is refused for another list */
export function encodeCursor(kind: string, { value, id }: CursorPosition<string | number>): string {
  return Buffer.from(JSON.stringify([kind, value, id])).toString("base64url");
}

/** @throws AppError invalid_input for anything this server did not give for this list */
export function decodeCursor<T extends "string" | "number">(
  kind: string,
  type: T,
  cursor: string,
): CursorPosition<T extends "string" ? string : number> {
  const parsed = cursorSchema.safeParse(parseJson(Buffer.from(cursor, "base64url").toString("utf8")));
  if (!parsed.success || parsed.data[0] !== kind || typeof parsed.data[1] !== type) {
    throw new AppError("invalid_input", "The cursor belongs to another list. Start again without it.", {
      errors: [{ path: "cursor", message: "belongs to another list" }],
    });
  }
  const [, value, id] = parsed.data;
  return { value: value as T extends "string" ? string : number, id };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
