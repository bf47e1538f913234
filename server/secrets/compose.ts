import type { Clock } from "../../shared/clock.ts";
import type { Config } from "../config/schema.ts";
import { takeTurns } from "../serial.ts";
import { KeyRing } from "./key-ring.ts";
import { KeyService } from "./rotation.ts";
import { SecretBox } from "./secret-box.ts";

/** The box that seals secrets for rest, and what replaces its keys. @throws AppError as `KeyRing.open` */
export async function openSecrets({ keyFile, masterKey, keyCommand }: Config, clock: Clock) {
  const ring = await KeyRing.open({ keyFile, masterKey, keyCommand, clock });
  const secrets = new SecretBox(ring);
  return { secrets, keys: new KeyService({ ring, secrets, inTurn: takeTurns() }) };
}
