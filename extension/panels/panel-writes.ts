import * as vscode from "vscode";
import type {
  Arrival,
  IssueChange,
  toIssueHost,
  toWritesHost,
  WriteChange,
} from "../../shared/messages/issue-panel.ts";
import type { Outcome } from "../../shared/messages/panel.ts";
import type { Handlers } from "../../shared/messages/channel.ts";
import { link } from "../../shared/messages/shape.ts";
import { AppError } from "../../shared/errors.ts";
import { trusted, type PanelParts } from "./panel-frame.ts";

type WriteHandlers = Pick<Handlers<typeof toIssueHost>, "edit" | "comment" | "choices" | "image"> &
  Handlers<typeof toWritesHost>;

/** The server answers nothing larger. */
const largestImage = 10 * 1024 * 1024;
const imageTypes = /^image\/(?:png|jpeg|gif|webp|avif)$/;

/** What a panel's page asks of the tracker, through the server. Nothing is written from a folder that is not trusted. */
export function writeHandlers(parts: PanelParts, issueId: string): WriteHandlers {
  const { request } = parts.connection;
  return {
    ...outboxHandlers(parts),
    edit: trusted(async ({ version, ...change }: IssueChange) =>
      arrivalOf(
        await request((client) =>
          client.issues.update({ id: issueId, ...given(change) }, { context: { ifMatch: version } }),
        ),
      ),
    ),
    comment: trusted(async ({ body }: { body: string }) =>
      arrivalOf(await request((client) => client.issues.comment({ id: issueId, body }))),
    ),
    choices: () => request((client) => client.issues.choices({ id: issueId })),
    image: async ({ url }) => {
      // Only to be refused here already; what is asked for is the address as the text has it.
      link(url, "image.url");
      const { body } = await request((client) => client.issues.attachment({ id: issueId, url }));
      return { dataUrl: await dataUrl(body) };
    },
  };
}

/** What can be done about writes on their way. */
export function outboxHandlers({ connection: { request } }: PanelParts): Handlers<typeof toWritesHost> {
  return {
    changeWrite: trusted(async ({ id, version, ...change }: WriteChange): Promise<Outcome> => {
      await request((client) => client.outbox.update({ id, ...given(change) }, { context: { ifMatch: version } }));
      return "done";
    }),
    retryWrite: trusted(async ({ id }: { id: string }): Promise<Outcome> => {
      await request((client) => client.outbox.retry({ id }));
      return "done";
    }),
    removeWrite: trusted(async ({ id }: { id: string }): Promise<Outcome> => {
      await request((client) => client.outbox.remove({ id }));
      return "done";
    }),
  };
}

function arrivalOf({ status }: { status: number }): Arrival {
  return status === 202 ? "queued" : "done";
}

/** Without the members that were left out. */
function given<T extends object>(change: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

async function dataUrl(file: Blob): Promise<string> {
  if (!imageTypes.test(file.type)) {
    throw new AppError("invalid_input", vscode.l10n.t("This is no picture that is shown here: {0}.", file.type));
  }
  if (file.size > largestImage) throw new AppError("too_large", vscode.l10n.t("This picture is too large."));
  return `data:${file.type};base64,${Buffer.from(await file.arrayBuffer()).toString("base64")}`;
}
