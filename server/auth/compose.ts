import type { Clock } from "../../shared/clock.ts";
import type { AuditLog } from "../audit/log.ts";
import type { Closers } from "../closers.ts";
import type { Config } from "../config/schema.ts";
import type { EventBus } from "../events/bus.ts";
import type { Principal } from "../http/context.ts";
import type { Accounts } from "../host/accounts.ts";
import type { Logger } from "../log.ts";
import type { SecretBox } from "../secrets/secret-box.ts";
import type { Database } from "../storage/database.ts";
import type { DocumentStore } from "../storage/document-store.ts";
import type { LinuxUsers } from "../users/linux-users.ts";
import { ownerOf } from "../users/owner.ts";
import type { UserService } from "../users/service.ts";
import { AccessTokenRepository } from "./access-tokens.ts";
import { ChallengeDirectory } from "./challenge-directory.ts";
import { CredentialRepository } from "./credentials.ts";
import { HostSignIn } from "./host-sign-in.ts";
import { LocalSignIn } from "./local-sign-in.ts";
import { LoginService } from "./login.ts";
import { Passwords } from "./passwords.ts";
import { PersonalTokens } from "./personal-tokens.ts";
import { AuthSessionRepository } from "./repository.ts";
import { SecondFactor } from "./second-factor.ts";
import { AuthService } from "./service.ts";
import { createSigningKeyStore } from "./signing-keys.ts";
import { SignIns } from "./sign-ins.ts";
import { StepUps } from "./step-up.ts";
import { Throttle } from "./throttle.ts";
import { TokenService } from "./tokens.ts";

export interface AuthOptions {
  config: Pick<Config, "mode" | "runtimeDir" | "sessionHours">;
  serverId: string;
  store: DocumentStore;
  database: Database;
  secrets: SecretBox;
  users: UserService;
  audit: AuditLog;
  events: EventBus;
  clock: Clock;
  log: Logger;
  accounts: Accounts;
  linuxUsers: Pick<LinuxUsers, "personOf">;
  /** The Linux user the server runs as. */
  currentUser: string;
  localSecret: string;
}

/** Everything about who somebody is. */
export interface Auth {
  mode: "personal" | "shared";
  auth: AuthService;
  login: LoginService;
  local: LocalSignIn;
  host: HostSignIn;
  signIns: SignIns;
  secondFactor: SecondFactor;
  personalTokens: PersonalTokens;
  stepUps: StepUps;
  /** What administering takes besides the right to it. @throws AppError step_up_required */
  requireStepUp: (principal: Principal) => void;
  sessions: AuthSessionRepository;
  users: UserService;
  audit: AuditLog;
}

/** @throws AppError unsafe_path where others could replace the directory that host identity rests on */
export async function composeAuth(options: AuthOptions, closers: Closers): Promise<Auth> {
  const { config, database, secrets, users, audit, events, clock } = options;
  const { mode } = config;
  const sessions = new AuthSessionRepository(database);
  sessions.removeExpired(clock.now());
  const accessTokens = new AccessTokenRepository(database);
  accessTokens.removeExpired(clock.now());
  const credentials = new CredentialRepository(database);
  credentials.tidy((id) => users.find(id) !== undefined, clock.now());
  const tokens = new TokenService({
    keys: await createSigningKeyStore(options.store, secrets, options.log),
    issuer: `urn:aiops:${options.serverId}`,
    clock,
  });
  const signIns = new SignIns({ tokens, sessions, clock, sessionMs: config.sessionHours * 3_600_000 });
  const personalTokens = new PersonalTokens({ repository: accessTokens, tokens, events, clock });
  const auth = new AuthService({ tokens, sessions, personalTokens, users, events, clock });
  const secondFactor = new SecondFactor({ credentials, secrets, clock });
  const login = new LoginService({
    signIns,
    sessions,
    credentials,
    passwords: new Passwords(),
    secondFactor,
    throttle: new Throttle({ clock }),
    users,
    audit,
    clock,
    endSignIns: (userId, but) => auth.endAllOf(userId, but),
  });
  const { localSecret } = options;
  const owner = ownerOf(users, options.currentUser);
  const local = new LocalSignIn({ signIns, users, audit, clock, localSecret, owner });
  const directory = await ChallengeDirectory.open(config.runtimeDir, mode === "shared");
  closers.push(() => directory.close());
  const host = new HostSignIn({
    directory,
    clock,
    accountOf: async (uid) => (await options.accounts.byUid(uid))?.name,
    personOf:
      mode === "shared"
        ? async (linuxUser) => options.linuxUsers.personOf(linuxUser)
        : async (linuxUser) => (linuxUser === options.currentUser ? owner() : undefined),
    allowRoot: mode === "personal",
  });
  const stepUps = new StepUps({ required: mode === "shared", clock });
  const requireStepUp = (principal: Principal) => stepUps.require(principal);
  const services = { auth, login, local, host, signIns, secondFactor, personalTokens, stepUps };
  return { mode, ...services, requireStepUp, sessions, users, audit };
}
