import { AppError } from "../errors.ts";

export interface RepositoryUrl {
  transport: "https" | "ssh" | "file";
  /** What is handed to git: the address as it was given. */
  url: string;
}

export interface RepositoryUrlRules {
  /** file:// addresses and absolute paths: personal mode, or by configuration. */
  allowFile: boolean;
}

const maxLength = 1000;
const control = /\p{Cc}/u;
const encodedControl = /%(?:0[0-9a-f]|1[0-9a-f]|7f)/i;
const transportHelper = /^[A-Za-z0-9+.-]+::/;
const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//;
// [user@]host:path, as ssh and scp take it; no part may start with a dash, which ssh would take for an option.
const scpForm = /^(?:[A-Za-z0-9_][A-Za-z0-9_.-]*@)?[A-Za-z0-9][A-Za-z0-9.-]*:(?!-)[^\s:]/;
const userName = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

/**
 * Checks the address of a repository before git sees it: https, ssh (also as git@host:path) and, where allowed, files.
 * Commands (`ext::…`), options (`--upload-pack=…`) and passwords in the address are refused.
 * @throws AppError `invalid_input`, saying what to write instead.
 */
export function validateRepositoryUrl(url: string, rules: RepositoryUrlRules): RepositoryUrl {
  if (url === "") refuse("it is empty; enter an https or ssh address");
  if (url.length > maxLength) refuse(`it is longer than ${maxLength} characters`);
  if (control.test(url) || encodedControl.test(url)) refuse("it holds control characters");
  if (url !== url.trim()) refuse("it begins or ends with a space");
  if (url.startsWith("-")) refuse("it starts with a dash, which git would take for an option");
  if (transportHelper.test(url)) refuse("addresses that name a helper program (as ext::) are not allowed");
  const name = scheme.exec(url)?.[1]?.toLowerCase();
  if (name !== undefined) return withScheme(name, url, rules);
  if (url.startsWith("/")) return file(url, rules);
  if (scpForm.test(url)) return { transport: "ssh", url };
  return refuse("write https://host/path, ssh://host/path or git@host:path");
}

/** Where an https or ssh address leads; null for files. The port is the usual one unless told. */
export function repositoryHost(address: RepositoryUrl): { host: string; port: number } | null {
  const { transport, url } = address;
  if (transport === "file") return null;
  const parsed = scheme.test(url) ? URL.parse(url) : null;
  if (parsed) return { host: parsed.hostname, port: Number(parsed.port || (transport === "ssh" ? 22 : 443)) };
  const host = /^(?:[^@:/]*@)?([^:/]+):/.exec(url)?.[1];
  return host === undefined ? null : { host, port: 22 };
}

/** Whether two addresses mean the same repository, as far as that shows from the text. */
export function sameRepository(a: string, b: string): boolean {
  return comparable(a) === comparable(b);
}

function comparable(url: string): string {
  return url.replace(/^file:\/\/(?:localhost)?(?=\/)/, "").replace(/(?:\.git)?\/*$/, "");
}

function withScheme(name: string, url: string, rules: RepositoryUrlRules): RepositoryUrl {
  if (name === "file") return file(url, rules);
  if (name !== "https" && name !== "ssh") refuse(`${name}:// is not allowed; use https:// or ssh://`);
  const parsed = URL.parse(url);
  if (!parsed || parsed.hostname === "" || !/^[A-Za-z0-9[]/.test(parsed.hostname)) refuse("its host is not valid");
  if (parsed.password !== "" || (name === "https" && parsed.username !== "")) {
    refuse("it holds a user name or password; credentials are kept with the project's connection, not in the address");
  }
  if (parsed.username !== "" && !userName.test(parsed.username)) refuse("its user name is not valid");
  if (parsed.search !== "" || parsed.hash !== "") refuse("? and # are not allowed in it");
  if (parsed.pathname === "" || parsed.pathname === "/") refuse("it names a host and no repository");
  return { transport: name, url };
}

function file(url: string, rules: RepositoryUrlRules): RepositoryUrl {
  if (!rules.allowFile) refuse("repositories in files are not allowed on this server; use https:// or ssh://");
  if (url.includes("://") && !/^file:\/\/(?:localhost)?\//i.test(url)) refuse("write file:///path");
  return { transport: "file", url };
}

function refuse(why: string): never {
  throw new AppError("invalid_input", `This repository address cannot be used: ${why}.`, {
    errors: [{ path: "repositoryUrl", message: why }],
  });
}
