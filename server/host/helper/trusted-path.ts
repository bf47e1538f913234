import { lstatSync, readlinkSync, realpathSync, type Stats } from "node:fs";
import path from "node:path";

const writableByOthers = 0o022;

/**
 * Why a path can't be trusted with other people's rights; null where it can. The path, every directory above it, and
 * the same of what links on the way lead to, must belong to root and must not be writable by group or others.
 */
export function distrust(target: string): string | null {
  if (!path.isAbsolute(target)) return `${target} is not an absolute path`;
  const seen = new Set<string>();
  return distrustOf(path.normalize(target), seen);
}

function distrustOf(target: string, seen: Set<string>): string | null {
  for (const part of upTo(target)) {
    if (seen.has(part)) continue;
    seen.add(part);
    const stat = lstatSync(part, { throwIfNoEntry: false });
    if (stat === undefined) return `${part} does not exist`;
    const wrong = wrongWith(part, stat);
    if (wrong !== null) return wrong;
    if (!stat.isSymbolicLink()) continue;
    const led = distrustOf(path.resolve(path.dirname(part), readlinkSync(part)), seen);
    if (led !== null) return led;
  }
  const real = realpathSync(target);
  return real === target || seen.has(real) ? null : distrustOf(real, seen);
}

/** A link's own mode means nothing; who made it does. */
function wrongWith(part: string, stat: Stats): string | null {
  if (stat.uid !== 0) return `${part} belongs to user ${stat.uid} and not to root (mend it: chown root:root ${part})`;
  if (stat.isSymbolicLink() || (stat.mode & writableByOthers) === 0) return null;
  return `${part} is writable by group or others (mend it: chmod go-w ${part})`;
}

/** The path and all above it, from the root down. */
function upTo(target: string): string[] {
  const parts = [target];
  for (let at = target; path.dirname(at) !== at;) {
    at = path.dirname(at);
    parts.push(at);
  }
  return parts.toReversed();
}
