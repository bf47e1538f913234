import { readAll } from "../model/read-all.ts";
import type { PanelParts } from "./panel-frame.ts";
import type { PageSource } from "./settings-source.ts";

/** What the page of SSH keys shows. */
export function sshKeysSource({ connection: { request }, model }: PanelParts): PageSource<"sshKeys"> {
  return {
    entities: ["sshKey", "sshHost", "project", "tenant"],
    read: async () => {
      const [read, hosts] = await Promise.all([
        request((client) => readAll((page) => client.sshKeys.list(page))),
        request((client) => readAll((page) => client.sshHosts.list(page))),
      ]);
      const projects = model.projects.all();
      const keys = read.map((key) => ({
        ...key,
        projects: projects
          .filter(({ sshKeyId }) => sshKeyId === key.id)
          .map(({ name }) => name)
          .toSorted((a, b) => a.localeCompare(b)),
      }));
      return { keys, hosts, tenants: model.tenants.all().map(({ id, name }) => ({ id, name })) };
    },
  };
}

/** What the page about one's own sign-in shows. Of changes elsewhere nothing is told: it is read when it is opened. */
export function signInSource({ connection: { request } }: PanelParts): PageSource<"signIn"> {
  return {
    entities: [],
    read: async () => {
      const [me, signIns, tokens] = await Promise.all([
        request((client) => client.auth.me()),
        request((client) => client.auth.sessions()),
        request((client) => client.auth.tokens()),
      ]);
      const { mode, user, stepUp } = me;
      return {
        mode,
        email: user.email,
        signIns: signIns.items,
        tokens: tokens.items,
        hasPassword: stepUp.methods.includes("password"),
        hasTotp: stepUp.methods.includes("totp"),
      };
    },
  };
}

/** What the page of sessions shows: everybody's. */
export function sessionsSource({ connection: { request }, model }: PanelParts): PageSource<"sessions"> {
  return {
    entities: ["session", "project"],
    read: async () => {
      const [read, people] = await Promise.all([
        request((client) => readAll((page) => client.sessions.list(page))),
        request((client) => readAll((page) => client.users.list(page))),
      ]);
      const projects = new Map(model.projects.all().map(({ id, name }) => [id, name]));
      const names = new Map(people.map(({ id, name }) => [id, name]));
      const sessions = read.map(
        ({ id, title, tool, status, statusSince, tmuxSession, tmuxSocket, projectId, userId }) => ({
          id,
          title,
          tool,
          status,
          statusSince,
          tmuxSession,
          tmuxSocket,
          project: projects.get(projectId) ?? "",
          person: names.get(userId) ?? "",
        }),
      );
      return { sessions };
    },
  };
}
