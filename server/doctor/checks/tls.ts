import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { errorMessage } from "../../../shared/errors.ts";
import { fail, ok, warn, type Check, type Finding, type Surroundings } from "../check.ts";

const dayMs = 86_400_000;
/** Days before the end at which a renewal should have happened: certbot renews at 30. */
const soon = 14;

/** The TLS files: readable, a pair, not expired or about to be. */
export const checkTls: Check = async (surroundings) => {
  const { tlsCert, tlsKey } = surroundings.config;
  if (tlsCert === undefined || tlsKey === undefined) return [];
  return [await checkFiles(tlsCert, tlsKey, surroundings)];
};

async function checkFiles(certFile: string, keyFile: string, { clock, service }: Surroundings): Promise<Finding> {
  const check = "TLS";
  let cert: X509Certificate;
  try {
    cert = new X509Certificate(await readFile(certFile));
  } catch (error) {
    return fail(check, `${certFile}: ${errorMessage(error)}`, `let ${service.name} read a certificate in PEM there`);
  }
  try {
    if (!cert.checkPrivateKey(createPrivateKey(await readFile(keyFile)))) {
      return fail(check, `${keyFile} is not the key of ${certFile}`, "put the matching pair there");
    }
    if (((await stat(keyFile)).mode & 0o007) !== 0) {
      return fail(check, `everybody can read ${keyFile}`, `chmod o-rwx ${keyFile}`);
    }
  } catch (error) {
    return fail(
      check,
      `${keyFile}: ${errorMessage(error)}`,
      `sudo chgrp ${service.name} ${keyFile} && sudo chmod 640 ${keyFile}`,
    );
  }
  const days = Math.floor((Date.parse(cert.validTo) - clock.now()) / dayMs);
  if (days < 0) return fail(check, `${certFile} expired on ${cert.validTo}`, "renew it, as: sudo certbot renew");
  if (days < soon) return warn(check, `${certFile} expires in ${days} days`, "renew it, as: sudo certbot renew");
  return ok(check, `${certFile}, ${days} days left`);
}
