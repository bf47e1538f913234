import assert from "node:assert/strict";
import type { ProviderName } from "../../../shared/entities/connection.ts";
import { issueData, repositoryData } from "../../fixtures/github/samples.ts";
import { startGitHubServer } from "../../fixtures/github/server.ts";
import { gitLabIssue, gitLabProject } from "../../fixtures/gitlab/samples.ts";
import { startGitLabServer } from "../../fixtures/gitlab/server.ts";
import { documentOf, jiraIssue, jiraProject } from "../../fixtures/jira/samples.ts";
import { startJiraServer } from "../../fixtures/jira/server.ts";

/** An issue as its tracker has it, in the words of all of them. */
export interface TrackedIssue {
  title: string;
  /** Of a document, its JSON. */
  body: string;
  labels: readonly string[];
  assignees: readonly string[];
  /** The tracker's own word. */
  state: string;
  comments: readonly string[];
}

/** What can be changed at the tracker by somebody else. */
export interface TrackerChange {
  title: string;
  body: string;
  labels: string[];
  assignee: string;
  comment: string;
}

/** A tracker with issue 1 of the title "First at …", as a test does the same at each. */
export interface AnyTracker {
  provider: ProviderName;
  baseUrl: string;
  externalProject: string;
  /** The key of an issue by its number. */
  key: (number: number) => string;
  issue: (number: number) => TrackedIssue;
  /** Changes issue 1 as somebody else would, in all that it has, and closes it. */
  changeAll: (change: TrackerChange) => void;
  /** How its page closes an issue and opens it again: the button, what is chosen then, and the state it leads to. */
  close: StateStep;
  reopen: StateStep;
  /** Two people an issue can be assigned to. */
  people: readonly [Person, Person];
  /** Whether it can be assigned to both. */
  severalAssignees: boolean;
  stop: () => Promise<void>;
}

export interface Person {
  id: string;
  name: string;
}

export interface StateStep {
  button: string;
  /** On the page; null where there is but one. */
  choice: string | null;
  /** In the tree, where only states of the wanted kind are asked for. */
  choiceInTree: string | null;
  state: string;
}

/** Where a tracker has no list of its own, what other issues have can be chosen. */
const label = "bug";

async function gitHub(): Promise<AnyTracker> {
  const server = await startGitHubServer({
    repositories: [
      repositoryData(
        [
          issueData({ number: 1, title: "First at GitHub" }),
          issueData({ number: 2, labels: [label], assignees: ["grace"] }),
        ],
        { owner: "ada", name: "mill" },
      ),
    ],
  });
  const store = server.repository("ada/mill");
  const get = (number: number) => {
    const issue = store.issue(number);
    assert.ok(issue, `GitHub has no issue ${number}`);
    return issue;
  };
  return {
    provider: "github",
    baseUrl: server.url,
    externalProject: "ada/mill",
    key: (number) => `#${number}`,
    issue: (number) => {
      const { title, body, labels, assignees, state } = get(number);
      const comments = store.commentsOf(number).map((comment) => comment.body);
      return { title, body: body ?? "", labels, assignees, state, comments };
    },
    changeAll: ({ title, body, labels, assignee, comment }) => {
      store.edit(get(1), { title, body, labels, assignees: [assignee], state: "closed" });
      store.addComment(get(1), "grace", comment);
    },
    close: { button: "Close Issue", choice: "completed", choiceInTree: "completed", state: "closed" },
    reopen: { button: "Reopen Issue", choice: null, choiceInTree: null, state: "open" },
    people: [
      { id: "grace", name: "grace" },
      { id: "ada", name: "ada" },
    ],
    severalAssignees: true,
    stop: () => server.close(),
  };
}

async function gitLab(): Promise<AnyTracker> {
  const path = "acme/tools/widgets";
  const server = await startGitLabServer({
    projects: [gitLabProject([gitLabIssue({ iid: 1, title: "First at GitLab" })])],
  });
  const store = server.project(path);
  return {
    provider: "gitlab",
    baseUrl: server.url,
    externalProject: path,
    key: (number) => `#${number}`,
    issue: (number) => {
      const { title, description, labels, assignees, state, notes } = store.get(number);
      const comments = notes.filter(({ system }) => !system).map(({ body }) => body);
      return { title, body: description ?? "", labels, assignees, state, comments };
    },
    changeAll: ({ title, body, labels, assignee, comment }) => {
      store.edit(store.get(1), { title, description: body, labels, assignees: [assignee], state: "closed" });
      store.addNote(store.get(1), "bob", comment);
    },
    close: { button: "Close Issue", choice: null, choiceInTree: null, state: "closed" },
    reopen: { button: "Reopen Issue", choice: null, choiceInTree: null, state: "opened" },
    people: [
      { id: "bob", name: "bob" },
      { id: "ann", name: "ann" },
    ],
    severalAssignees: false,
    stop: () => server.close(),
  };
}

async function jira(): Promise<AnyTracker> {
  const server = await startJiraServer({
    flavour: "cloud",
    projects: [
      jiraProject([
        jiraIssue({ number: 1, summary: "First at Jira" }),
        jiraIssue({ number: 2, labels: [label], assignee: "bob" }),
      ]),
    ],
  });
  const store = server.project("WID");
  return {
    provider: "jira",
    baseUrl: server.url,
    externalProject: "WID",
    key: (number) => `WID-${number}`,
    issue: (number) => {
      const { summary, description, labels, assignee, status, comments } = store.get(number);
      return {
        title: summary,
        body: JSON.stringify(description),
        labels,
        assignees: assignee === null ? [] : [assignee],
        state: status,
        comments: comments.map(({ body }) => JSON.stringify(body)),
      };
    },
    changeAll: ({ title, body, labels, assignee, comment }) => {
      store.edit(store.get(1), { summary: title, description: documentOf(body), labels, assignee });
      store.addComment(store.get(1), "bob", documentOf(comment));
      const done = store.transitions(store.get(1)).find(({ to }) => to === "Done");
      assert.ok(done);
      store.take(store.get(1), done);
    },
    close: { button: "Change State", choice: "Done", choiceInTree: null, state: "Done" },
    reopen: { button: "Change State", choice: "In Progress", choiceInTree: "In Progress", state: "In Progress" },
    people: [
      { id: "bob", name: "Bob Builder" },
      { id: "ann", name: "Ann Admin" },
    ],
    severalAssignees: false,
    stop: () => server.close(),
  };
}

/** How to start each of the three. */
export const trackers: Readonly<Record<string, () => Promise<AnyTracker>>> = {
  GitHub: gitHub,
  GitLab: gitLab,
  Jira: jira,
};
