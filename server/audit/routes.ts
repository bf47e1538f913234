import type { Implementer } from "../http/authorize.ts";
import type { AuditLog } from "./log.ts";

export function auditRoutes(os: Implementer, audit: AuditLog) {
  return {
    audit: os.system.audit.handler(({ input }) => {
      const { tenant, ...rest } = input;
      return audit.query({ ...rest, ...(tenant === undefined ? {} : { tenantId: tenant }) });
    }),
    verifyAudit: os.system.verifyAudit.handler(() => audit.verify()),
  };
}
