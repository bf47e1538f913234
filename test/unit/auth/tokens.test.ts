import assert from "node:assert/strict";
import { importJWK, SignJWT, type JWTPayload } from "jose";
import type { User } from "../../../shared/entities/user.ts";
import { TokenService } from "../../../server/auth/tokens.ts";
import { withCode } from "../../support/error-code.ts";
import { memoryKeys } from "../../support/signing-keys.ts";

const issuer = "urn:aiops:this-one";
const now = 1_700_000_000_000;
const ada = { id: "ada", name: "Ada", email: "ada@example.org", username: "ada", level: "client", memberships: [] };

/** A token service, and what signs with its very key whatever it is told. */
async function makeService() {
  const keys = memoryKeys();
  const service = new TokenService({ keys, issuer, clock: { now: () => now } });
  const claims = { type: "user", sessionId: "s1", userId: "ada", amr: ["pwd"], expiresAt: now + 60_000 } as const;
  const token = await service.sign(claims, ada as unknown as User);
  const [header, payload] = token.split(".").map((part) => Buffer.from(part, "base64url").toString("utf8"));
  const said = JSON.parse(payload ?? "") as JWTPayload;
  const named = JSON.parse(header ?? "") as { alg: string; kid: string; typ: string };
  const sign = async (change: JWTPayload, headerChange: Partial<typeof named> = {}) => {
    const key = keys.key();
    assert.ok(key);
    return new SignJWT({ ...said, ...change })
      .setProtectedHeader({ ...named, ...headerChange })
      .sign(await importJWK(key, "RS256"));
  };
  return { service, token, sign };
}

describe("tokens, signed with the right key", () => {
  it("are read back as they were made", async () => {
    const { service, token, sign } = await makeService();
    const read = { type: "user", sessionId: "s1", userId: "ada", amr: ["pwd"], expiresAt: now + 60_000 };
    assert.deepEqual(await service.verify(token), read);
    assert.deepEqual(await service.verify(await sign({})), read);
  });

  it("are refused with another audience, issuer, kind, key name, or a time that is over", async () => {
    const { service, sign } = await makeService();
    const tries = [
      sign({ aud: "another-service" }),
      sign({ aud: [] }),
      sign({ iss: "urn:aiops:another" }),
      sign({ type: "service" }),
      sign({ type: "agent" }),
      sign({ sub: "", jti: 1 as unknown as string }),
      sign({ amr: "pwd" }),
      sign({}, { kid: "another" }),
      sign({}, { typ: "at+jwt" }),
    ];
    for (const attempt of tries) {
      await assert.rejects(service.verify(await attempt), withCode("unauthenticated", "not valid"));
    }
    await assert.rejects(service.verify(await sign({ exp: now / 1000 - 1 })), withCode("unauthenticated", "expired"));
  });

  it("without an end are no tokens", async () => {
    const { service, sign } = await makeService();
    await assert.rejects(service.verify(await sign({ exp: undefined })), withCode("unauthenticated"));
  });
});
