import assert from "node:assert/strict";
import { levels } from "../../../shared/entities/user.ts";
import { capabilities, mayUse, seesTenant, type Capability } from "../../../shared/rules/permissions.ts";
import { listOperations } from "../../../server/http/operations.ts";

const names = Object.keys(capabilities) as Capability[];

describe("permissions", () => {
  it("give administrators everything", () => {
    for (const name of names) assert.ok(mayUse("admin", name), name);
  });

  it("give everybody what is about themselves, and nobody but administrators what changes the directory", () => {
    for (const level of levels) assert.ok(mayUse(level, "self"));
    for (const name of [
      "tenants.write",
      "users.write",
      "connections.write",
      "projects.delete",
      "audit.verify",
    ] as const) {
      for (const level of ["technician", "billing", "client"] as const)
        assert.ok(!mayUse(level, name), `${level} ${name}`);
    }
  });

  it("let billing and clients change nothing", () => {
    const changing = listOperations().filter(({ meta }) => meta.effect !== "read" && meta.capability !== "public");
    for (const { name, meta } of changing) {
      // About oneself, as one's own saved filters.
      if (meta.capability === "self" || meta.capability === "public" || name.startsWith("filters.")) continue;
      for (const level of ["billing", "client"] as const)
        assert.ok(!mayUse(level, meta.capability), `${level} ${name}`);
    }
  });

  it("have no right that no operation needs, but the metrics'", () => {
    const needed = new Set<string>(listOperations().map(({ meta }) => meta.capability));
    assert.deepEqual(
      names.filter((name) => !needed.has(name)),
      ["metrics.read"],
    );
  });

  it("show administrators every organisation and everybody else their own", () => {
    assert.ok(seesTenant({ level: "admin", tenantIds: [] }, "t1"));
    for (const level of ["technician", "billing", "client"] as const) {
      assert.ok(seesTenant({ level, tenantIds: ["t1"] }, "t1"));
      assert.ok(!seesTenant({ level, tenantIds: ["t1"] }, "t2"));
      assert.ok(!seesTenant({ level, tenantIds: [] }, "t1"));
    }
  });
});
