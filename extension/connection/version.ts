import { AppError } from "../../shared/errors.ts";

/**
 * Extension and server of the same major.minor understand each other.
 * @throws AppError `conflict` that says which of the two must be upgraded
 */
export function checkVersions(extension: string, server: string): void {
  const ours = majorMinor(extension);
  const theirs = majorMinor(server);
  const difference = ours.major - theirs.major || ours.minor - theirs.minor;
  if (difference === 0) return;
  throw new AppError(
    "conflict",
    difference > 0
      ? `The aiops server is version ${server}, this extension ${extension}. Upgrade the server: restart it, if it is your own, or ask who runs it.`
      : `The aiops server is version ${server}, this extension ${extension}. Upgrade the extension.`,
    { data: { upgrade: difference > 0 ? "server" : "extension" } },
  );
}

function majorMinor(version: string): { major: number; minor: number } {
  const [major = "0", minor = "0"] = version.split(".");
  return { major: Number.parseInt(major, 10) || 0, minor: Number.parseInt(minor, 10) || 0 };
}
