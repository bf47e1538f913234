import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

export interface TestCertificate {
  cert: string;
  key: string;
}

/**
 * Makes a self-signed certificate for `localhost` with OpenSSL.
 * @param directory where the two files go
 * @param days until it expires
 */
export async function makeCertificate(directory: string, name = "server", days = 90): Promise<TestCertificate> {
  const cert = join(directory, `${name}.crt`);
  const key = join(directory, `${name}.key`);
  const subject = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=DNS:localhost"];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", String(days)];
  await promisify(execFile)("openssl", ["req", ...kind, "-keyout", key, "-out", cert, ...subject]);
  return { cert, key };
}
