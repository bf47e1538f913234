import { AppError } from "../../shared/errors.ts";
import { exitRefused } from "./helper/protocol.ts";
import { sudoersLine } from "./sudoers.ts";

export interface HelperStart {
  /** The Linux user the server runs as. */
  service: string;
  /** The one it wanted to act as. */
  user: string;
  /** The launcher. */
  program: string;
}

export interface HelperEnd {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stderr: string;
}

const doctor = `"aiops doctor" tells more.`;

/** Why a helper did not come up, in words for whoever can change that. Words of sudo 1.8 to 1.9.17 under LC_ALL=C. */
export function startFailed(start: HelperStart, end: HelperEnd): AppError {
  const { service, user, program } = start;
  const { exitCode, signal } = end;
  const stderr = end.stderr.trim();
  const command = ["sudo", "-n", "-u", user, "--", program];
  const failed = (code: "forbidden" | "unavailable" | "tool_missing", message: string) =>
    new AppError(code, `${message} ${doctor}`, { data: { command, exitCode, stderr: stderr.slice(-4_000) } });

  if (/refuses to run/.test(stderr) || exitCode === exitRefused) {
    return failed("forbidden", `Nothing can be done as ${user}: ${lastLine(stderr)}.`);
  }
  if (/password is required|not allowed|may not run|not in the sudoers|no tty present|must have a tty/i.test(stderr)) {
    const line = sudoersLine({ service, program }, user);
    const message = `${service} may not act as ${user}: the sudoers line is missing, or asks for a password. It is: ${line} (write it with: sudo aiops install).`;
    return failed("forbidden", message);
  }
  if (/unknown user/i.test(stderr)) {
    return failed("forbidden", `There is no Linux account ${user} on this host. Correct the person's Linux user.`);
  }
  if (/command not found|No such file|unable to execute/i.test(stderr)) {
    return failed("tool_missing", `The helper ${program} is not installed. Install it with: sudo aiops install.`);
  }
  if (/account.*(?:expired|locked|disabled)|account validation/i.test(stderr)) {
    return failed("forbidden", `The Linux account ${user} may not be used: ${lastLine(stderr)}.`);
  }
  const how = signal === null ? `exit code ${exitCode}` : signal;
  return failed(
    "unavailable",
    `The helper of ${user} did not start (${how}): ${lastLine(stderr) || "no reason given"}.`,
  );
}

/** A helper that ended while it worked: nobody knows how far it came. */
export function helperEnded(user: string, { exitCode, signal, stderr }: HelperEnd): AppError {
  const how = signal === null ? `exit code ${exitCode}` : signal;
  const said = lastLine(stderr.trim());
  const message = `The helper of ${user} ended (${how}) before it answered${said ? `: ${said}` : ""}. What was asked may be half done; look, then try again: a new helper starts by itself.`;
  return new AppError("unavailable", message, { data: { exitCode, signal, stderr: stderr.slice(-4_000) } });
}

/** The account a person is mapped to does not exist. */
export function noSuchAccount(user: string): AppError {
  const message = `There is no Linux account ${user} on this host. Correct the person's Linux user, or make the account. ${doctor}`;
  return new AppError("forbidden", message, { data: { linuxUser: user } });
}

function lastLine(text: string): string {
  return (text.split("\n").at(-1) ?? "").replace(/\.$/, "");
}
