import { found, type Detector } from "./observation.ts";
import { linePrompt } from "./screen.ts";

/** A shell is working while a command runs in its foreground, waiting while that command asks, else idle. */
export const detectShell: Detector = ({ foreground, screen }) => {
  if (foreground) return found("idle", "process");
  const question = linePrompt(screen);
  return question === null ? found("working", "process") : found("waiting", "screen", question);
};
