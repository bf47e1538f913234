import type { Clock } from "../../shared/clock.ts";
import type { User } from "../../shared/entities/user.ts";
import { AppError } from "../../shared/errors.ts";
import type { SecretBox } from "../secrets/secret-box.ts";
import type { CredentialRepository, Credentials } from "./credentials.ts";
import { matchTotp, newTotpSecret, totpAddress } from "./totp.ts";

export interface SecondFactorOptions {
  credentials: CredentialRepository;
  secrets: SecretBox;
  clock: Clock;
}

/**
 * Wrong codes in a row after which none is taken any more, until the right password: six digits can be guessed by
 * whoever may try long enough, and an agent of the person's own uid may try. The password still works, so nobody is
 * locked out.
 */
const mostFailures = 10;

const context = (userId: string) => ({ tenantId: null, field: "user.totp", id: userId });

function sealedOf({ totp, totpPending }: Credentials): string[] {
  return [totp, totpPending].filter((sealed) => sealed !== null);
}

/** One-time codes of an authenticator program (TOTP), as the other way to step up. */
export class SecondFactor {
  readonly #options: SecondFactorOptions;

  constructor(options: SecondFactorOptions) {
    this.#options = options;
    const { credentials, secrets } = options;
    secrets.register({
      name: "one-time codes",
      values: () => credentials.userIds().flatMap((id) => sealedOf(credentials.get(id))),
      reseal: () => {
        for (const id of credentials.userIds()) {
          const before = credentials.get(id);
          const reseal = (sealed: string | null) => (sealed === null ? null : secrets.reseal(sealed, context(id)));
          const now = { totp: reseal(before.totp), totpPending: reseal(before.totpPending) };
          if (now.totp !== before.totp || now.totpPending !== before.totpPending) credentials.set(id, now);
        }
        return Promise.resolve();
      },
    });
  }

  isEnrolled(userId: string): boolean {
    return this.#options.credentials.get(userId).totp !== null;
  }

  /** Hands out a secret, which counts once {@link confirm} was given a code of it. */
  enrol({ id, email }: User): { secret: string; address: string } {
    const { credentials, secrets } = this.#options;
    const secret = newTotpSecret();
    credentials.set(id, { totpPending: secrets.seal(secret, context(id)) });
    return { secret, address: totpAddress(secret, email) };
  }

  /** @throws AppError invalid_input for a wrong code, conflict where no secret was handed out */
  confirm(userId: string, code: string): void {
    const { credentials, secrets, clock } = this.#options;
    const { totpPending } = credentials.get(userId);
    if (totpPending === null) {
      throw new AppError("conflict", "No enrolment waits for a code. Begin with POST /api/auth/totp.");
    }
    const step = matchTotp(secrets.open(totpPending, context(userId)), code, clock.now(), 0);
    if (step === undefined) {
      throw new AppError("invalid_input", "The code is wrong. Check the clock of the device, and give its next code.", {
        errors: [{ path: "totp", message: "is not the present code" }],
      });
    }
    credentials.set(userId, { totp: totpPending, totpPending: null, totpStep: step, totpFailures: 0 });
  }

  remove(userId: string): void {
    this.#options.credentials.set(userId, { totp: null, totpPending: null, totpStep: 0, totpFailures: 0 });
  }

  /** Takes codes again: the person gave the right password. */
  forgive(userId: string): void {
    const { credentials } = this.#options;
    if (credentials.get(userId).totpFailures > 0) credentials.set(userId, { totpFailures: 0 });
  }

  /** Whether a code is the person's present one. Each is taken once. */
  check(userId: string, code: string): boolean {
    const { credentials, secrets, clock } = this.#options;
    const { totp, totpStep, totpFailures } = credentials.get(userId);
    if (totp === null || totpFailures >= mostFailures) return false;
    const step = matchTotp(secrets.open(totp, context(userId)), code, clock.now(), totpStep);
    credentials.set(
      userId,
      step === undefined ? { totpFailures: totpFailures + 1 } : { totpStep: step, totpFailures: 0 },
    );
    return step !== undefined;
  }
}
