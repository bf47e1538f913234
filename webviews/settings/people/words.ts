import type { Level } from "../../../shared/entities/user.ts";
import type { PanelPerson } from "../../../shared/messages/settings/people.ts";
import type { LoadedPage } from "../../../shared/messages/settings-panel.ts";
import type { Locale } from "../../ui/locale.ts";

export type PeopleState = LoadedPage<"people">;

/** What the levels are called. */
export function levelNames({ t }: Locale): Record<Level, string> {
  return { admin: t("Administrator"), technician: t("Technician"), billing: t("Billing"), client: t("Client") };
}

/** What the roles in a tenant are called. */
export function roleNames({ t }: Locale): Record<PanelPerson["memberships"][number]["role"], string> {
  return { member: t("Member"), partner_admin: t("Partner administrator") };
}

/** The facts of a person in the list. */
export function personFacts(person: PanelPerson, { tenants }: PeopleState, locale: Locale): string[] {
  const { t } = locale;
  const names = new Map(tenants.map(({ id, name }) => [id, name]));
  const memberships = person.memberships.map(({ tenantId, role }) => {
    const tenant = names.get(tenantId) ?? tenantId;
    return role === "member" ? tenant : `${tenant} (${roleNames(locale)[role]})`;
  });
  return [
    person.status === "disabled" ? t("Disabled") : "",
    person.email,
    levelNames(locale)[person.level],
    memberships.join(", "),
    person.worksAs === null ? t("no Linux user") : t("Linux user {0}", person.worksAs),
  ];
}

/** What keeps a person from working here; of those who may not sign in anyway, nothing is said. */
export function problemOf({ status, problem }: PanelPerson): string | null {
  return status === "active" ? problem : null;
}

/** How people come to their Linux users on this server. */
export function strategyText({ mode, strategy }: Pick<PeopleState, "mode" | "strategy">, { t }: Locale): string {
  if (mode === "personal") {
    return t("This server is one person's own: it works as the Linux user it runs as, for nobody else.");
  }
  return strategy === "direct"
    ? t("Each person works as the Linux user called as their user name (strategy: direct).")
    : t("Each person works as the Linux user in their record, else as the server's table says (strategy: mapping).");
}
