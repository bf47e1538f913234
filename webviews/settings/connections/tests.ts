import type { SettingsContext } from "../context.ts";

/** The connections that are being tried at this moment. */
export interface Tests {
  isRunning(id: string): boolean;
  /** Tries a connection; what came of it is shown with the connection. Says itself when it could not be tried. */
  start(id: string, name: string): Promise<void>;
  cancel(id: string): Promise<void>;
}

/** @param changed called when a test begins or ends */
export function createTests({ host, locale, notices }: SettingsContext, changed: () => void): Tests {
  const { t } = locale;
  const running = new Set<string>();
  return {
    isRunning: (id) => running.has(id),
    start: async (id, name) => {
      if (running.has(id)) return;
      running.add(id);
      changed();
      notices.dismiss();
      notices.announce(t("Testing {0}…", name));
      try {
        const outcome = await host.ask("testConnection", { id });
        notices.announce(outcome === "done" ? t("{0} was tested", name) : t("The test of {0} was cancelled", name));
      } catch (error) {
        notices.fail(t("{0} could not be tested.", name), error);
      } finally {
        running.delete(id);
        changed();
      }
    },
    cancel: async (id) => {
      try {
        await host.ask("cancelTest", { id });
      } catch (error) {
        notices.fail(t("The test could not be cancelled."), error);
      }
    },
  };
}
