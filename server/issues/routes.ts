import type { Implementer } from "../http/authorize.ts";
import { mayPrepare, preparedJson } from "../http/prepared-json.ts";
import type { OutboxService } from "../outbox/service.ts";
import type { AttachmentService } from "./attachments.ts";
import type { ChoiceService } from "./choices.ts";
import type { IssueService } from "./service.ts";
import type { Trackers } from "./trackers.ts";
import type { IssueWriteService, Written } from "./writes.ts";

export interface IssueRouteOptions {
  issues: IssueService;
  writes: IssueWriteService;
  choices: ChoiceService;
  attachments: AttachmentService;
  outbox: OutboxService;
  trackers: Trackers;
}

export function issueRoutes(os: Implementer, options: IssueRouteOptions) {
  const { issues, writes, choices, attachments, outbox, trackers } = options;
  return {
    list: mayPrepare(
      os.issues.list.handler(({ input, context: { principal } }) => {
        const json = issues.listJson(principal, input);
        return json === undefined ? issues.list(principal, input) : preparedJson(json);
      }),
    ),
    groups: os.issues.groups.handler(({ input, context }) => ({
      items: issues.groups(context.principal, input, input.by),
    })),
    get: os.issues.get.handler(async ({ input, context: { principal } }) => {
      const issue = issues.get(input.id);
      const abilities = await trackers.shownAbilities(issue.projectId, issue.linkId);
      const pending = outbox.pending(issue.id, principal.level === "admin" ? undefined : principal.userId);
      return { ...issue, abilities, pending };
    }),
    create: os.issues.create.handler(async ({ input: { id, ...draft }, context: { principal }, signal }) =>
      answer(201, await writes.create(id, draft, { userId: principal.userId, signal })),
    ),
    update: os.issues.update.handler(async ({ input: { id, ...edit }, context: { principal, ifMatch }, signal }) =>
      answer(200, await writes.update(id, ifMatch, edit, { userId: principal.userId, signal })),
    ),
    comment: os.issues.comment.handler(async ({ input: { id, body }, context: { principal }, signal }) =>
      answer(201, await writes.comment(id, body, { userId: principal.userId, signal })),
    ),
    choices: os.issues.choices.handler(({ input }) => choices.forIssue(issues.get(input.id))),
    projectChoices: os.issues.projectChoices.handler(async ({ input: { id, linkId } }) => {
      const link = trackers.chosenLink(id, linkId);
      const [offered, abilities] = await Promise.all([
        choices.forProject(id, link.id),
        trackers.shownAbilities(id, link.id),
      ]);
      return { ...offered, abilities };
    }),
    attachment: os.issues.attachment.handler(({ input, signal }) =>
      attachments.fetch(issues.get(input.id), input.url, signal),
    ),
  };
}

/** 202 says that it will be sent later. */
function answer<S extends 200 | 201, T>(status: S, written: Written<T>) {
  return "arrived" in written
    ? { status, body: written.arrived }
    : { status: 202 as const, body: { outbox: written.outbox } };
}
