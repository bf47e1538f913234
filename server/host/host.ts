import type { HostFiles } from "./files.ts";
import type { HostGit } from "./git.ts";

/**
 * The one door to people's files, git and tmux. Every method is asynchronous, and arguments and results are plain
 * data (no file descriptors, no streams, no callbacks but progress), so that a helper process started over sudo can
 * stand behind it for other Linux users.
 */
export interface Host {
  /** The Linux user the server itself runs as. */
  readonly currentUser: string;
  /**
   * Whatever is done through the result is done with that Linux user's rights and no more.
   * @throws AppError `forbidden` where this host cannot act as that user.
   */
  as(linuxUser: string): Promise<HostUser>;
}

/** A Linux user, as the user database tells it. */
export interface HostIdentity {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Absolute path: `$HOME` for the server's own user, the passwd entry for others. */
  readonly home: string;
  /** Absolute path of the login shell. */
  readonly shell: string;
}

/** Acts as one Linux user. */
export interface HostUser extends HostIdentity {
  readonly run: Run;
  readonly files: HostFiles;
  readonly git: HostGit;
}

export type Run = (argv: readonly string[], options?: RunOptions) => Promise<RunResult>;

export interface RunOptions {
  /** Absolute path; the user's home unless told. */
  cwd?: string;
  /** Joined to the allow-listed environment (see environment.ts); nothing else of the server's environment is passed. */
  env?: Readonly<Record<string, string>>;
  /** Written to standard input, which is then closed. */
  input?: string;
  /** Milliseconds until the command and all it started are ended; 30,000 unless told. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Whether an exit code other than 0 is thrown as `command_failed`; true unless told. */
  check?: boolean;
  /** Bytes of standard output and of standard error, each, before the command is ended; 10 MiB unless told. */
  maxOutputBytes?: number;
  /** Texts replaced by `***` wherever an error would show the command or its output. */
  secrets?: readonly string[];
}

export interface RunResult {
  /** 128 + the signal's number where the command ended by a signal, as a shell reports it. */
  exitCode: number;
  stdout: string;
  stderr: string;
}
