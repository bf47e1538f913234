import assert from "node:assert/strict";
import { hostWorld, makeHostWorld, type HostWorld } from "./host-world.ts";

describe("passwords on a host of many people", function () {
  this.timeout(60_000);
  const { users, world: present } = hostWorld();
  let world: HostWorld;
  before(() => {
    world = present();
  });

  it("let their owner in at once while another user of the host guesses", async () => {
    const { server, ada, eve } = world;
    const [user] = (await server.client.users.list({ email: "ada@example.org" })).items;
    const { code } = await server.client.users.issueCode({ id: user?.id ?? "" });
    const { url } = server;
    const password = "four words of mine";
    const first = await ada.do("post", { url, path: "/api/auth/redeem", body: { code, password } });
    assert.equal(first.status, 200);
    const login = (words: string) => ({
      url,
      path: "/api/auth/login",
      body: { email: "ada@example.org", password: words },
    });
    // The first are heard, then each waits longer than the one before, and what is too many is refused unheard.
    let guessing = 40;
    const guesses = Array.from({ length: guessing }, async () => {
      const answer = await eve.do("post", login("guessed words"));
      guessing -= 1;
      return answer;
    });
    await Promise.race(guesses);
    const own = await ada.do("post", login(password));
    assert.equal(own.status, 200);
    assert.ok(guessing > 0, "the guesses still wait");
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    assert.deepEqual([...new Set(statuses)], [401]);
  });

  it("are asked for without end by none but whoever asks: the limit without a token is each user's own", async () => {
    const limited = await makeHostWorld(users, { AIOPS_ANONYMOUS_LIMIT: "10" });
    try {
      const { server, ada, adaUser, eve } = limited;
      const { url } = server;
      const body = { linuxUser: adaUser.name, nonce: "0123456789abcdef" };
      const statuses = new Set<number>();
      for (let time = 0; time < 12; time += 1) {
        statuses.add((await eve.do("post", { url, path: "/api/auth/host/challenge", body })).status);
      }
      assert.deepEqual([...statuses], [200, 429]);
      await ada.do("signIn", { server: { url, serviceUser: limited.serviceUser }, client: "test" });
    } finally {
      await limited.close();
    }
  });
});
