import type { ProviderName } from "../../shared/entities/connection.ts";
import type { ReadWebhook } from "../providers/tracker.ts";

const readers: Record<ProviderName, () => Promise<ReadWebhook>> = {
  github: async () => (await import("../providers/github/webhook.ts")).readGitHubWebhook,
  gitlab: async () => (await import("../providers/gitlab/webhook.ts")).readGitLabWebhook,
  jira: async () => (await import("../providers/jira/webhook.ts")).readJiraWebhook,
};

/** What reads a tracker's deliveries; imported when the first one comes. */
export function webhookReader(provider: ProviderName): Promise<ReadWebhook> {
  return readers[provider]();
}
