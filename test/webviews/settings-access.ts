import type { AccessToken, AuthSession } from "../../shared/entities/sign-in.ts";
import type { SshHost } from "../../shared/entities/ssh-key.ts";
import type { PanelSession, PanelSshKey } from "../../shared/messages/settings/access.ts";
import type { LoadedPage } from "../../shared/messages/settings-panel.ts";

const around = { canWrite: true, readOnlyReason: null, offlineSince: null };
const base = { version: 2, createdAt: "2026-01-02T03:04:05.000Z", updatedAt: "2026-01-02T03:04:05.000Z" };

export const deployKey: PanelSshKey = {
  ...base,
  id: "key_deploy",
  tenantId: "ten_1",
  name: "Deploy key",
  type: "ssh-ed25519",
  bits: 256,
  publicKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF4pHjzVQ9K2kB7c8wq1iVxqD0o9yT3m5bPq2xJk4n1Z aiops Deploy key",
  fingerprintMd5: "MD5:43:51:43:a1:b5:fc:8b:b7:0a:3a:a9:b1:0f:66:73:a8",
  fingerprintSha256: "SHA256:uNiVztksCsDhcc0u9e8BrrrX8mbKdBqRVhlLdBqRVhl",
  projects: ["Engine", "Website"],
};
export const spareKey: PanelSshKey = {
  ...deployKey,
  id: "key_spare",
  name: "An old one",
  type: "ssh-rsa",
  bits: 4096,
  projects: [],
};
export const gitHost: SshHost = {
  ...base,
  id: "host_git",
  host: "[git.example.org]:2222",
  recordedAt: "2026-11-19T09:00:00.000Z",
  keys: [
    { type: "ssh-ed25519", key: "AAAAC3Nz", fingerprint: "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU" },
    { type: "ecdsa-sha2-nistp256", key: "AAAAE2Vj", fingerprint: "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM" },
  ],
};
export const sshKeys: LoadedPage<"sshKeys"> = {
  kind: "loaded",
  page: "sshKeys",
  keys: [deployKey, spareKey],
  hosts: [gitHost],
  tenants: [{ id: "ten_1", name: "Personal" }],
  ...around,
};

const here: AuthSession = {
  id: "ses_here",
  createdAt: "2026-11-19T09:00:00.000Z",
  expiresAt: "2026-12-19T09:00:00.000Z",
  lastUsedAt: "2026-11-20T08:00:00.000Z",
  client: "VS Code",
  amr: ["host", "pwd"],
  current: true,
};
export const laptop: AuthSession = {
  ...here,
  id: "ses_laptop",
  client: "aiops login on laptop",
  amr: ["pwd"],
  lastUsedAt: "2026-11-20T09:00:00.000Z",
  current: false,
};
export const nightly: AccessToken = {
  id: "tok_nightly",
  name: "Nightly report",
  scopes: ["read", "issues.write"],
  createdAt: "2026-11-01T09:00:00.000Z",
  lastUsedAt: null,
  expiresAt: "2027-02-01T09:00:00.000Z",
};
export const signIn: LoadedPage<"signIn"> = {
  kind: "loaded",
  page: "signIn",
  mode: "shared",
  email: "ada@example.org",
  signIns: [laptop, here],
  tokens: [nightly],
  hasPassword: true,
  hasTotp: false,
  ...around,
};

export const working: PanelSession = {
  id: "s_working",
  title: "#12 The mill stops",
  tool: "codex",
  status: "working",
  statusSince: "2026-11-20T09:00:00.000Z",
  tmuxSession: "12-the-mill-stops-pweb",
  tmuxSocket: "aiops",
  project: "Website",
  person: "Ada",
};
export const lost: PanelSession = {
  ...working,
  id: "s_lost",
  title: "#13 The forge is cold",
  status: "lost",
  tmuxSession: "13-the-forge-is-cold-pweb",
  person: "Grace",
};
export const sessions: LoadedPage<"sessions"> = {
  kind: "loaded",
  page: "sessions",
  sessions: [working, lost],
  ...around,
};
