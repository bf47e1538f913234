import type { Implementer } from "../http/authorize.ts";
import type { AuditLog } from "./log.ts";

export function auditRoutes(os: Implementer, audit: AuditLog) {
  return {
    audit: os.system.audit.handler(({ input: { tenant, ...rest }, context: { principal } }) =>
      audit.query({
        ...rest,
        ...(tenant === undefined ? {} : { tenantId: tenant }),
        ...(principal.level === "admin" ? {} : { tenantIds: principal.tenantIds }),
      }),
    ),
    verifyAudit: os.system.verifyAudit.handler(() => audit.verify()),
  };
}
