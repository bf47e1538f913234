import { capabilities, type Capability } from "../../../shared/rules/permissions.ts";
import { tokenScopes, type TokenScope } from "../../../shared/rules/token-scopes.ts";
import type { Locale } from "../../ui/locale.ts";

const isBroad = (scope: TokenScope): scope is Exclude<TokenScope, Capability> => scope === "read" || scope === "write";

/** What a token may be given. What administrators alone may do is left out, but for reading: no token administers. */
export function offeredScopes(locale: Locale): { value: TokenScope; label: string }[] {
  return tokenScopes
    .filter((scope) => isBroad(scope) || scope.endsWith(".read") || !isForAdministrators(scope))
    .map((value) => ({ value, label: scopeLabel(value, locale) }));
}

function isForAdministrators(capability: Capability): boolean {
  return capabilities[capability].every((level) => level === "admin");
}

/** A scope in words; one that has none here, as it is called. */
export function scopeLabel(scope: TokenScope, { t }: Locale): string {
  const words: Partial<Record<TokenScope, string>> = {
    read: t("Read everything I may read"),
    write: t("Read and change everything but what administers"),
    self: t("What is about me"),
    "tenants.read": t("Read tenants"),
    "users.read": t("Read people"),
    "connections.read": t("Read connections"),
    "sshKeys.read": t("Read SSH keys' public halves"),
    "projects.read": t("Read projects"),
    "projects.write": t("Change projects"),
    "issues.read": t("Read issues"),
    "issues.write": t("Change issues"),
    "workspaces.use": t("Work in workspaces"),
    "sessions.use": t("Use sessions"),
    "audit.read": t("Read the audit"),
    "metrics.read": t("Read metrics"),
  };
  return words[scope] ?? scope;
}
