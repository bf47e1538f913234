import { detectClaude } from "./claude.ts";
import { detectCodex } from "./codex.ts";
import { detectCommand } from "./command.ts";
import { detectGemini } from "./gemini.ts";
import { found, type Detection, type Detector, type Observation } from "./observation.ts";
import { detectShell } from "./shell.ts";

export type { Detection, Observation } from "./observation.ts";

const detectors = new Map<string, Detector>([
  ["claude", detectClaude],
  ["codex", detectCodex],
  ["gemini", detectGemini],
  ["shell", detectShell],
]);

/** The state of a session of that tool; `unknown` where the screen tells nothing, which never overwrites a known one. */
export function detect(tool: string, seen: Observation): Detection {
  if (seen.dead) return found("exited", "process");
  return (detectors.get(tool) ?? detectCommand)(seen);
}
