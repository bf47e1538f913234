import { AppError } from "../../shared/errors.ts";
import type { Implementer } from "../http/authorize.ts";
import type { AccessTokenRow } from "./access-tokens.ts";
import { createAdmin } from "./administrators.ts";
import type { Auth } from "./compose.ts";
import { signInFromHost } from "./host-grant.ts";

const iso = (milliseconds: number) => new Date(milliseconds).toISOString();

export function authRoutes(os: Implementer, composed: Auth, version: string) {
  const { auth, login, local, secondFactor, stepUps, users, mode } = composed;
  return {
    local: os.auth.local.handler(({ input }) => {
      if (mode === "shared") throw noLocalSignIn();
      return local.signIn(input);
    }),
    login: os.auth.login.handler(async ({ input, context }) => login.login(input, await context.peer())),
    redeem: os.auth.redeem.handler(async ({ input, context }) => login.redeem(input, await context.peer())),
    createAdmin: os.auth.createAdmin.handler(({ input }) => createAdmin(composed, input)),
    hostChallenge: os.auth.hostChallenge.handler(async ({ input, context }) => {
      const { id, directory, expiresAt } = await composed.host.challenge(input, context.ends());
      return { challengeId: id, directory, expiresAt: iso(expiresAt) };
    }),
    hostVerify: os.auth.hostVerify.handler(({ input, context }) => signInFromHost(composed, input, context.ends())),
    stepUp: os.auth.stepUp.handler(async ({ input, context }) => {
      const at = await login.stepUp(input, context.principal, await context.peer());
      return { steppedUpAt: iso(at), until: iso(stepUps.until(at) ?? at) };
    }),
    changePassword: os.auth.changePassword.handler(async ({ input, context }) =>
      login.changePassword(input, context.principal, await context.peer()),
    ),
    enrolTotp: os.auth.enrolTotp.handler(({ context }) => secondFactor.enrol(users.get(context.principal.userId))),
    confirmTotp: os.auth.confirmTotp.handler(({ input, context }) =>
      secondFactor.confirm(context.principal.userId, input.totp),
    ),
    removeTotp: os.auth.removeTotp.handler(({ context }) => secondFactor.remove(context.principal.userId)),
    me: os.auth.me.handler(({ context: { principal } }) => {
      const until = stepUps.until(principal.steppedUpAt);
      const { userId } = principal;
      return {
        user: users.get(userId),
        sessionId: principal.sessionId,
        expiresAt: iso(principal.expiresAt),
        mode,
        version,
        amr: [...principal.amr],
        stepUp: {
          required: stepUps.required,
          until: until === null ? null : iso(until),
          methods: [
            ...(login.hasPassword(userId) ? (["password"] as const) : []),
            ...(secondFactor.isEnrolled(userId) ? (["totp"] as const) : []),
          ],
        },
      };
    }),
    logout: os.auth.logout.handler(({ context: { principal } }) => auth.end(principal.sessionId)),
    validate: os.auth.validate.handler(({ input, context }) => auth.validate(input.token, context.principal)),
    revoke: os.auth.revoke.handler(({ input, context }) => auth.revoke(input, context.principal)),
    sessions: os.auth.sessions.handler(({ context: { principal } }) => ({
      items: auth.listSessions(principal).map((session) => ({
        id: session.id,
        client: session.client,
        createdAt: iso(session.createdAt),
        expiresAt: iso(session.expiresAt),
        lastUsedAt: iso(session.lastUsedAt),
        amr: [...session.amr],
        current: session.id === principal.sessionId,
      })),
    })),
    ...tokenRoutes(os, composed),
  };
}

function tokenRoutes(os: Implementer, { personalTokens, users }: Auth) {
  return {
    tokens: os.auth.tokens.handler(({ context: { principal } }) => ({
      items: personalTokens.list(principal.userId).map(presentToken),
    })),
    createToken: os.auth.createToken.handler(async ({ input, context: { principal } }) => {
      const { token, row } = await personalTokens.create(users.get(principal.userId), input);
      return { ...presentToken(row), token };
    }),
    removeToken: os.auth.removeToken.handler(({ input }) => personalTokens.remove(input.id)),
  };
}

function presentToken({ id, name, scopes, createdAt, lastUsedAt, expiresAt }: AccessTokenRow) {
  return {
    id,
    name,
    scopes: [...scopes],
    createdAt: iso(createdAt),
    lastUsedAt: lastUsedAt === null ? null : iso(lastUsedAt),
    expiresAt: iso(expiresAt),
  };
}

function noLocalSignIn(): AppError {
  return new AppError(
    "not_found",
    "This server is shared by the people of the host: sign in by host identity, or with e-mail and password.",
  );
}
