import type { Session, SessionStatus } from "../../shared/entities/session.ts";
import type { Detection } from "./detectors/index.ts";

/** A tool that has shown nothing we can read for so long is not starting any more; milliseconds. */
const startingMs = 30_000;
/** Activity alone is recorded no more often than this; milliseconds. */
const activityMs = 60_000;

type Source = Session["statusSource"];

/** The record with another status; the same object where nothing is new. */
export function withStatus(
  record: Session,
  status: SessionStatus,
  source: Source,
  now: string,
  question: string | null = null,
): Session {
  if (record.status === status && record.question === question) return record;
  const statusSince = record.status === status ? record.statusSince : now;
  return { ...record, status, statusSource: source, statusSince, question };
}

/**
 * The record after one look at the pane; the same object where nothing is new. Unknown never overwrites known, and a
 * screen that is empty for a moment does not make a tool start anew.
 */
export function observed(record: Session, detection: Detection, now: string, activityAt: string): Session {
  const next = detected(record, detection, now);
  if (next !== record) return { ...next, lastActivityAt: later(record.lastActivityAt, activityAt) };
  const newer = Date.parse(activityAt) - Date.parse(record.lastActivityAt) >= activityMs;
  return newer ? { ...record, lastActivityAt: activityAt } : record;
}

function detected(record: Session, { status, source, question }: Detection, now: string): Session {
  if (status !== "unknown" && status !== "starting") return withStatus(record, status, source, now, question);
  if (record.status === "lost") return withStatus(record, "unknown", "none", now);
  const tooLong = record.status === "starting" && Date.parse(now) - Date.parse(record.statusSince) > startingMs;
  return tooLong ? withStatus(record, "unknown", "none", now) : record;
}

/** Of two ISO times, which sort as text. */
function later(a: string, b: string): string {
  return a > b ? a : b;
}

/** Whether something still runs that is worth watching. */
export function isLive({ status }: Session): boolean {
  return status !== "exited" && status !== "lost";
}
