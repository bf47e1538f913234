import type { Client } from "jira.js/core";
import { createIssue, editIssue, getCurrentUser, getIssue, getProject } from "jira.js/cloud";
import * as z from "zod";
import type { IssueComment } from "../../../shared/entities/issue.ts";
import { AppError } from "../../../shared/errors.ts";
import { type AttachmentSource, downloadAttachment } from "../attachment.ts";
import type { ListOptions, ProviderAbilities, ProviderConnection, ProviderIssue, ProviderTest } from "../provider.ts";
import type {
  Attachment,
  ChangeListOptions,
  IssueChange,
  IssueChoices,
  IssueDraft,
  IssueRef,
  IssueTracker,
  TrackerAbilities,
} from "../tracker.ts";
import { type JiraAttachmentOptions, jiraAttachments } from "./attachments.ts";
import { assignablePeople, siteLabels, standardIssueType } from "./choices.ts";
import { type JiraCall, JiraClient, type JiraClientOptions } from "./client.ts";
import { grantedAbilities, missingPermissions } from "./permissions.ts";
import { comment, type Issue, issue, issueFields, person, toComment, toIssue } from "./payloads.ts";
import { type Checkpoint, PositionTracker, readCheckpoint, readPosition } from "./position.ts";
import { allComments, checkProjectKey, pathPart, projectJql, searchPages } from "./search.ts";
import { type JiraSite, readDeployment, readSite, siteOf } from "./site.ts";
import { chooseTransition, readTransitions, statusChoices, takeTransition } from "./transitions.ts";

const projectFacts = z.object({ id: z.string(), key: z.string() });

/** Jira Cloud and Jira Data Center, through jira.js. */
export class JiraProvider implements IssueTracker {
  readonly name = "jira";
  readonly abilities: ProviderAbilities = { milestones: true, collaborators: false };
  readonly can: TrackerAbilities = {
    create: true,
    edit: true,
    comment: true,
    changeStatus: true,
    label: true,
    assign: true,
    severalAssignees: false,
  };
  readonly #client: JiraClient;
  readonly #attachments: AttachmentSource;
  #knownSite: JiraSite | null = null;

  constructor(connection: ProviderConnection, options: JiraClientOptions & JiraAttachmentOptions = {}) {
    this.#client = new JiraClient(connection, options);
    this.#attachments = jiraAttachments(this.#client, options);
  }

  async test(signal: AbortSignal): Promise<ProviderTest> {
    try {
      const { deployment } = await readDeployment(this.#client, signal);
      const version = deployment === "cloud" ? 3 : 2;
      const call = { subject: "the token's account", signal, version } as const;
      const { data } = await this.#client.call((api) => getCurrentUser(api), person, call);
      const kind = deployment === "cloud" ? "Jira Cloud" : "Jira Data Center";
      const missing = await missingPermissions(this.#client, { ...call, subject: "the account's permissions" });
      return { ok: true, message: `Signed in to ${kind} as ${data.name}.${missing}`, account: data.name, scopes: [] };
    } catch (error) {
      if (!(error instanceof AppError) || error.code === "cancelled") throw error;
      return { ok: false, message: error.message, scopes: [] };
    }
  }

  async *listIssues(externalProject: string, options: ChangeListOptions): AsyncGenerator<ProviderIssue[]> {
    const { base } = this.#client;
    const begun = options.resume === undefined ? null : readCheckpoint(options.resume, base, externalProject);
    const since = begun === null ? readPosition(options.since, base) : null;
    checkProjectKey(externalProject);
    if (since) this.#knownSite ??= siteOf(since.site);
    const site = await this.#site(options.signal);
    const tracker = new PositionTracker(since, begun);
    const given = new Map<string, string>();
    let name = externalProject;
    const pages = searchPages(this.#client, site, {
      jql: projectJql(externalProject, { updated: tracker.from, created: begun?.reached ?? null }),
      fields: issueFields(site),
      item: issue,
      pageSize: 100,
      subject: `the issues of ${externalProject}`,
      signal: options.signal,
      estimate: since === null,
    });
    for await (const { items, total, date } of pages) {
      tracker.started(date);
      const fresh = items.filter(({ id, fields }) => !given.has(id) && !tracker.isKnown(id, fields.updated));
      for (const { id, fields } of items) {
        given.set(id, fields.updated);
        // Jira finds the issues of a project also under the keys that it had before.
        if (fields.project.key !== name) options.onRenamed?.((name = fields.project.key));
      }
      const issues = await Promise.all(
        fresh.map((found) => this.#complete(found, site, { signal: options.signal, background: true })),
      );
      for (const found of issues) tracker.listed(found);
      const done = given.size;
      options.onProgress?.({ done, total: Math.max(total, total === 0 ? 0 : done), step: "Fetching issues" });
      if (issues.length > 0) yield issues;
      const last = items.at(-1);
      if (last === undefined || since !== null) continue;
      const reached = Date.parse(last.fields.created);
      options.onCheckpoint?.(
        JSON.stringify({ base, project: externalProject, reached, ...tracker.begun } satisfies Checkpoint),
      );
    }
    if (given.size === 0 && since === null) await this.#project(externalProject, site, options.signal);
    options.onPosition?.(tracker.next(base, site));
  }

  async *listKeys(externalProject: string, { signal, onProgress }: ListOptions): AsyncGenerator<string[]> {
    checkProjectKey(externalProject);
    const site = await this.#site(signal);
    const given = new Set<string>();
    const pages = searchPages(this.#client, site, {
      jql: projectJql(externalProject),
      fields: ["id"],
      item: z.object({ id: z.string() }),
      // Cloud gives so many where nothing but ids is asked for; Data Center what its administrators allow.
      pageSize: 5000,
      subject: `the issues of ${externalProject}`,
      signal,
      estimate: false,
    });
    for await (const { items, total } of pages) {
      const fresh = items.map(({ id }) => id).filter((id) => !given.has(id));
      for (const id of fresh) given.add(id);
      onProgress?.({ done: given.size, total, step: "Comparing issues" });
      if (fresh.length > 0) yield fresh;
    }
    if (given.size === 0) await this.#project(externalProject, site, signal);
  }

  async getIssue(externalProject: string, ref: IssueRef, signal: AbortSignal): Promise<ProviderIssue | null> {
    checkProjectKey(externalProject);
    const site = await this.#site(signal);
    const found = await this.#find(externalProject, ref, site, signal);
    return found === null ? null : this.#complete(found, site, { signal });
  }

  async createIssue(externalProject: string, draft: IssueDraft, signal: AbortSignal): Promise<ProviderIssue> {
    checkProjectKey(externalProject);
    const site = await this.#site(signal);
    // What is empty is not sent: the project's form for new issues may not have the field at all.
    const { title, body: text, labels, assignees } = draft;
    const given = {
      title,
      ...(text !== "" && { body: text }),
      ...(labels.length > 0 && { labels }),
      ...(assignees.length > 0 && { assignees }),
    };
    const fields = changedFields(given, site);
    const call = { subject: `a new issue in ${externalProject}`, signal, version: site.version };
    const type = await standardIssueType(this.#client, externalProject, call);
    const body = { ...fields, project: { key: externalProject }, issuetype: { id: type } };
    const { data } = await this.#client.call(
      // Its type wants a document of jira.js's own declaration.
      (api) => createIssue(api, { fields: body as NonNullable<Parameters<typeof createIssue>[1]["fields"]> }),
      z.object({ id: z.string(), key: z.string() }),
      { ...call, write: true },
    );
    return this.#written({ key: data.key, externalId: data.id }, site, signal);
  }

  async updateIssue(
    externalProject: string,
    ref: IssueRef,
    change: IssueChange,
    signal: AbortSignal,
  ): Promise<ProviderIssue> {
    checkProjectKey(externalProject);
    const site = await this.#site(signal);
    const fields = changedFields(change, site);
    const call = { subject: `the issue ${ref.key}`, signal, version: site.version };
    const movesOn = change.status !== undefined || change.rawStatus !== undefined;
    const transition = movesOn ? await this.#transition(externalProject, ref, change, site, call) : null;
    if (Object.keys(fields).length > 0) {
      const parameters = { issueIdOrKey: pathPart(ref.externalId), fields };
      await this.#client.call((api) => editIssue(api, parameters), z.unknown(), { ...call, write: true });
    }
    if (transition !== null) {
      try {
        await takeTransition(this.#client, ref.externalId, transition, call);
      } catch (error) {
        if (!(error instanceof AppError) || Object.keys(fields).length === 0) throw error;
        const message = `The other changes of ${ref.key} were saved, but not its status. ${error.message}`;
        throw new AppError(error.code, message, { cause: error, errors: error.errors, data: error.data });
      }
    }
    return this.#written(ref, site, signal);
  }

  async addComment(_project: string, ref: IssueRef, body: string, signal: AbortSignal): Promise<IssueComment> {
    const site = await this.#site(signal);
    const text = site.format.fromMarkdown(body, site);
    const url = `/rest/api/3/issue/${pathPart(ref.externalId)}/comment`;
    // jira.js's own function would ask twice where the text is no document, as on Data Center.
    const post = (api: Client) => api.sendRequest({ url, method: "POST", body: { body: text } });
    const call = { subject: `a comment on ${ref.key}`, signal, version: site.version, write: true };
    const { data } = await this.#client.call(post, comment, call);
    const place = { profiles: site.profiles, issueUrl: `${site.web}/browse/${ref.key}`, attachments: [] };
    return toComment(data, place, site.format);
  }

  async choices(externalProject: string, ref: IssueRef | null, signal: AbortSignal): Promise<IssueChoices> {
    checkProjectKey(externalProject);
    const site = await this.#site(signal);
    const call = { subject: `what can be chosen in ${externalProject}`, signal, version: site.version };
    const [labels, assignees, transitions] = await Promise.all([
      siteLabels(this.#client, site, call),
      assignablePeople(this.#client, externalProject, call),
      ref === null ? [] : readTransitions(this.#client, ref.externalId, call),
    ]);
    return { labels, assignees, statuses: statusChoices(transitions) };
  }

  async projectAbilities(externalProject: string, signal: AbortSignal): Promise<TrackerAbilities> {
    checkProjectKey(externalProject);
    const site = await this.#site(signal);
    const call = { subject: `the account's permissions in ${externalProject}`, signal, version: site.version };
    return grantedAbilities(this.#client, externalProject, call);
  }

  fetchAttachment(url: string, maxBytes: number, signal: AbortSignal): Promise<Attachment> {
    return downloadAttachment(url, this.#attachments, maxBytes, signal);
  }

  /** Asked once: what it says stays as it is as long as the connection. */
  async #site(signal: AbortSignal): Promise<JiraSite> {
    this.#knownSite ??= siteOf(await readSite(this.#client, signal));
    return this.#knownSite;
  }

  async #project(key: string, site: JiraSite, signal: AbortSignal): Promise<z.infer<typeof projectFacts>> {
    const call = { subject: `the project ${key}`, signal, version: site.version };
    const parameters = { projectIdOrKey: pathPart(key) };
    return (await this.#client.call((api) => getProject(api, parameters), projectFacts, call)).data;
  }

  async #complete(
    found: Issue,
    site: JiraSite,
    asked: Pick<JiraCall, "signal" | "background">,
  ): Promise<ProviderIssue> {
    return toIssue(found, await allComments(this.#client, site, found, asked), site);
  }

  /** Null where it is gone, or in another project now. */
  async #find(project: string, ref: IssueRef, site: JiraSite, signal: AbortSignal): Promise<Issue | null> {
    try {
      const found = await this.#read(ref, site, signal);
      if (found.fields.project.key === project) return found;
      // A project that was given another key still answers to the old one.
      const { id } = await this.#project(project, site, signal);
      return found.fields.project.id === id ? found : null;
    } catch (error) {
      if (error instanceof AppError && error.code === "provider_not_found") return null;
      throw error;
    }
  }

  async #read(ref: IssueRef, site: JiraSite, signal: AbortSignal): Promise<Issue> {
    const parameters = { issueIdOrKey: pathPart(ref.externalId), fields: issueFields(site) };
    const call = { subject: `the issue ${ref.key}`, signal, version: site.version };
    return (await this.#client.call((api) => getIssue(api, parameters), issue, call)).data;
  }

  /** An issue after a write: should reading it fail, the write stands all the same. */
  async #written(ref: IssueRef, site: JiraSite, signal: AbortSignal): Promise<ProviderIssue> {
    try {
      return await this.#complete(await this.#read(ref, site, signal), site, { signal });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      throw new AppError(error.code, `${ref.key} was saved, but could not be read again. ${error.message}`, {
        cause: error,
        data: { ...error.data, uncertain: true },
      });
    }
  }

  async #transition(
    project: string,
    ref: IssueRef,
    change: IssueChange,
    site: JiraSite,
    call: JiraCall,
  ): Promise<string | null> {
    const found = await this.#find(project, ref, site, call.signal);
    if (found === null) {
      throw new AppError(
        "provider_not_found",
        `Jira has the issue ${ref.key} no more in ${project}: sync the project.`,
      );
    }
    const transitions = await readTransitions(this.#client, ref.externalId, call);
    return chooseTransition(found, transitions, change)?.id ?? null;
  }
}

/** A change as Jira's fields. */
function changedFields(change: IssueChange, site: JiraSite): Record<string, unknown> {
  const { title, body, labels, assignees } = change;
  const spaced = labels?.find((label) => /\s/.test(label) || label === "");
  if (spaced !== undefined) {
    throw new AppError(
      "invalid_input",
      `Jira's labels have no spaces: write "${spaced.trim().replaceAll(/\s+/g, "-")}".`,
      {
        errors: [{ path: "labels", message: "a label has a space" }],
      },
    );
  }
  if (assignees !== undefined && assignees.length > 1) {
    throw new AppError("invalid_input", "In Jira an issue has one assignee: choose one.", {
      errors: [{ path: "assignees", message: "more than one" }],
    });
  }
  const [assignee] = assignees ?? [];
  const named = site.deployment === "cloud" ? { accountId: assignee } : { name: assignee };
  return {
    ...(title !== undefined && { summary: title }),
    ...(body !== undefined && { description: site.format.fromMarkdown(body, site) }),
    ...(labels !== undefined && { labels: [...labels] }),
    ...(assignees !== undefined && { assignee: assignee === undefined ? null : named }),
  };
}
