import assert from "node:assert/strict";
import { matchTotp, newTotpSecret, totpAddress, totpCode } from "../../../server/auth/totp.ts";

/** "12345678901234567890" in base32: the secret of RFC 6238, appendix B. */
const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

describe("one-time codes", () => {
  it("are those of RFC 6238", () => {
    // Appendix B has eight digits; the last six are the code of six.
    for (const [seconds, code] of [
      [59, "94287082"],
      [1111111109, "07081804"],
      [1111111111, "14050471"],
      [1234567890, "89005924"],
      [2000000000, "69279037"],
      [20000000000, "65353130"],
    ] as const) {
      assert.equal(totpCode(secret, Math.floor(seconds / 30)), code.slice(2));
    }
  });

  it("are taken a step early and a step late, and no further", () => {
    const now = 1_700_000_000_000;
    const step = Math.floor(now / 30_000);
    for (const off of [-1, 0, 1]) assert.equal(matchTotp(secret, totpCode(secret, step + off), now, 0), step + off);
    for (const off of [-3, -2, 2, 3]) assert.equal(matchTotp(secret, totpCode(secret, step + off), now, 0), undefined);
  });

  it("are taken once", () => {
    const now = 1_700_000_000_000;
    const step = Math.floor(now / 30_000);
    assert.equal(matchTotp(secret, totpCode(secret, step), now, step), undefined);
    assert.equal(matchTotp(secret, totpCode(secret, step + 1), now, step), step + 1);
  });

  it("come from a secret of 160 random bits, which an authenticator program can read", () => {
    const made = newTotpSecret();
    assert.match(made, /^[A-Z2-7]{32}$/);
    assert.notEqual(made, newTotpSecret());
    const address = new URL(totpAddress(made, "ada+test@example.org"));
    assert.equal(address.protocol, "otpauth:");
    assert.equal(decodeURIComponent(address.pathname), "/aiops:ada+test@example.org");
    assert.equal(address.searchParams.get("secret"), made);
  });
});
