import assert from "node:assert/strict";
import { argon2Sync } from "node:crypto";
import { Passwords } from "../../../server/auth/passwords.ts";

/** The real thing, which also tells how often and at what cost it worked. */
class Watched extends Passwords {
  readonly paid: string[] = [];

  protected override work(...given: Parameters<Passwords["work"]>): ReturnType<Passwords["work"]> {
    const [, salt, cost, length] = given;
    this.paid.push(JSON.stringify([cost, length, salt.length]));
    return super.work(...given);
  }
}

describe("passwords", () => {
  it("are kept as argon2id in the PHC format, at the least cost OWASP takes, each with its own salt", async () => {
    const passwords = new Passwords();
    const [first, second] = await Promise.all([
      passwords.hash("four words of mine"),
      passwords.hash("four words of mine"),
    ]);
    assert.match(first, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    assert.notEqual(first, second);
    const [, , , , salt = "", tag = ""] = first.split("$");
    const parameters = { memory: 19456, passes: 2, parallelism: 1, tagLength: 32 };
    const message = "four words of mine";
    const expected = argon2Sync("argon2id", { message, nonce: Buffer.from(salt, "base64"), ...parameters });
    assert.equal(expected.toString("base64").replace("=", ""), tag);
  });

  it("are right or wrong, however they are spelt in Unicode", async () => {
    const passwords = new Passwords();
    const stored = await passwords.hash("Å four words");
    assert.equal(await passwords.verify("A\u030A four words", stored), true);
    assert.equal(await passwords.verify("A four words", stored), false);
    assert.equal(await passwords.verify("", stored), false);
    for (const damaged of ["", "x", stored.slice(0, -50), stored.replace("argon2id", "argon2i")]) {
      assert.equal(await passwords.verify("Å four words", damaged), false, damaged);
    }
  });

  it("cost the same work where there is none to check against, and nothing matches then", async () => {
    const passwords = new Watched();
    const stored = await passwords.hash("four words of mine");
    passwords.paid.length = 0;
    assert.equal(await passwords.verify("wrong", stored), false);
    assert.equal(await passwords.verify("wrong", undefined), false);
    assert.equal(await passwords.verify("four words of mine", stored), true);
    assert.equal(passwords.paid.length, 3);
    assert.equal(new Set(passwords.paid).size, 1, "the same memory, passes, lanes, salt and tag");
  });

  it("are worked on two at a time", async () => {
    let now = 0;
    let most = 0;
    class Counted extends Passwords {
      protected override async work(...given: Parameters<Passwords["work"]>): ReturnType<Passwords["work"]> {
        now += 1;
        most = Math.max(most, now);
        try {
          return await super.work(...given);
        } finally {
          now -= 1;
        }
      }
    }
    const passwords = new Counted();
    await Promise.all(Array.from({ length: 8 }, () => passwords.verify("wrong", undefined)));
    assert.equal(most, 2);
  });
});
