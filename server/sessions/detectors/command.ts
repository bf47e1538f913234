import { found, type Detector } from "./observation.ts";
import { linePrompt } from "./screen.ts";

/** Longer than the blink of a cursor or a spinner, shorter than a person's patience. */
const quietAfterMs = 3_000;

/** Any other command: nothing is known of its screen, so output tells work from rest. */
export const detectCommand: Detector = ({ screen, quietMs }) => {
  const question = linePrompt(screen);
  if (question !== null) return found("waiting", "screen", question);
  return quietMs < quietAfterMs ? found("working", "screen") : found("idle", "screen");
};
