import type { ProviderName } from "../../shared/entities/connection.ts";
import { AppError } from "../../shared/errors.ts";
import type { ReadWebhook } from "../providers/tracker.ts";

const readers: Record<ProviderName, () => Promise<ReadWebhook>> = {
  github: async () => (await import("../providers/github/webhook.ts")).readGitHubWebhook,
  gitlab: () => Promise.reject(new AppError("not_found", "This version of aiops takes no webhooks of GitLab.")),
  jira: async () => (await import("../providers/jira/webhook.ts")).readJiraWebhook,
};

/** What reads a tracker's deliveries; imported when the first one comes. */
export function webhookReader(provider: ProviderName): Promise<ReadWebhook> {
  return readers[provider]();
}
