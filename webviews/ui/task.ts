import type { Notices } from "./notices.ts";
import { setAttribute } from "./dom.ts";

export interface TaskOptions {
  notices: Notices;
  /** Begins what is shown of a failure. */
  failed: string;
  /** Told when it begins and ends. */
  onBusy?: (busy: boolean) => void;
}

/**
 * Runs what a form or button started, once: its controls stay focused, and at rest meanwhile. A failure is shown under `failed`.
 * @returns whether it went well
 */
export async function runTask(
  controls: readonly Element[],
  { notices, failed, onBusy }: TaskOptions,
  task: () => Promise<void>,
): Promise<boolean> {
  if (controls.some((control) => control.hasAttribute("aria-busy"))) return false;
  const rest = (resting: boolean): void => {
    for (const control of controls) {
      setAttribute(control, "aria-busy", resting && "true");
      if (control instanceof HTMLTextAreaElement || control instanceof HTMLInputElement) control.readOnly = resting;
    }
    onBusy?.(resting);
  };
  notices.dismiss();
  rest(true);
  try {
    await task();
    return true;
  } catch (error) {
    notices.fail(failed, error);
    return false;
  } finally {
    rest(false);
  }
}
