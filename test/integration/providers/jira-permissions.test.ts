import assert from "node:assert/strict";
import type { Flavour } from "../../fixtures/jira/model.ts";
import { JiraStage, signal } from "./jira-stage.ts";

for (const flavour of ["cloud", "dataCenter"] satisfies Flavour[]) {
  const stage = new JiraStage(flavour);
  describe(`testing a connection to Jira ${stage.name}`, () => {
    const name = `Jira ${stage.name}`;
    const test = () => stage.provider().test(signal());

    it("names the account, whose permissions are all there", async () => {
      await stage.serve([]);
      assert.deepEqual(await test(), {
        ok: true,
        message: `Signed in to ${name} as Ann Admin.`,
        account: "Ann Admin",
        scopes: [],
      });
    });

    it("says what the account may do in no project", async () => {
      await stage.serve([]);
      Object.assign(stage.server.project("WID"), { mayCreate: false, mayTransition: false });
      assert.equal(
        (await test()).message,
        `Signed in to ${name} as Ann Admin. In no project may it create issues or change their status: ` +
          "a project's administrator can grant that.",
      );
    });

    it("says where it can see nothing", async () => {
      await stage.serve([], { projects: [] });
      const { ok, message } = await test();
      assert.deepEqual([ok, /It can see no project/.test(message)], [true, true]);
    });

    it("answers what is wrong", async () => {
      await stage.serve([]);
      const { ok, message } = await stage.provider({ token: "wrong" }).test(signal());
      assert.deepEqual([ok, /refuses/.test(message)], [false, true]);
    });
  });
}
