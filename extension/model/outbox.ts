import type { Request } from "../connection/connection.ts";
import type { OutboxItem } from "../../shared/entities/outbox.ts";
import { AppError } from "../../shared/errors.ts";
import { readAll } from "./read-all.ts";

/** Reads the writes that have not reached their tracker; who may not write has none. */
export async function readOutbox(request: Request): Promise<OutboxItem[]> {
  try {
    return await request((client) => readAll((page) => client.outbox.list(page)));
  } catch (error) {
    if (error instanceof AppError && error.code === "forbidden") return [];
    throw error;
  }
}

/** Whether a write is still on its way, or waits for its person. */
export function isPending({ status }: OutboxItem): boolean {
  return status !== "sent" && status !== "withdrawn";
}
