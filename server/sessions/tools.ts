import path from "node:path";
import type { Clock } from "../../shared/clock.ts";
import type { Tool } from "../../shared/entities/session.ts";
import { AppError } from "../../shared/errors.ts";
import type { HostUser } from "../host/host.ts";
import { inLoginShell, inPlainShell, LoginPaths } from "./login-shell.ts";

/** A command from the configuration's allowlist. */
export interface AllowedCommand {
  name: string;
  label?: string | undefined;
  /** Argument vector; the first is a program's name or its absolute path. */
  command: readonly string[];
}

interface Definition {
  name: string;
  label: string;
  command: readonly string[];
  /** The npm package that brings it; null for what aiops does not know how to install. */
  npmPackage: string | null;
}

const shellName = "shell";

const builtIn: readonly Definition[] = [
  { name: "codex", label: "Codex", command: ["codex"], npmPackage: "@openai/codex" },
  { name: "gemini", label: "Gemini", command: ["gemini"], npmPackage: "@google/gemini-cli" },
  { name: "claude", label: "Claude", command: ["claude"], npmPackage: "@anthropic-ai/claude-code" },
];

/** Starting a CLI with a cold disk takes seconds. */
const versionTimeoutMs = 15_000;

export interface ToolsOptions {
  commands: readonly AllowedCommand[];
  clock: Clock;
  /** Folder of the product's own `node`, searched last: a host may have no other. */
  nodeDirectory: string;
  /** Whether tools start through the person's login shell, with its start files; true unless told. */
  useLoginShell?: boolean;
}

/** What a session can run: the three AI tools, the login shell, and the commands the configuration allows. */
export class Tools {
  readonly #definitions: ReadonlyMap<string, Definition>;
  readonly #paths: LoginPaths;
  readonly #nodeDirectory: string;
  readonly #useLoginShell: boolean;
  /** By program and its time of change. */
  readonly #versions = new Map<string, Promise<string | null>>();

  /** @throws AppError `invalid_input` where a command takes a name that is taken */
  constructor({ commands, clock, nodeDirectory, useLoginShell = true }: ToolsOptions) {
    const definitions = new Map(builtIn.map((definition) => [definition.name, definition]));
    for (const { name, label, command } of commands) {
      if (name === shellName || definitions.has(name)) {
        throw new AppError(
          "invalid_input",
          `The command ${name} is configured twice, or has the name of a built-in tool.`,
        );
      }
      definitions.set(name, { name, label: label ?? name, command, npmPackage: null });
    }
    this.#definitions = definitions;
    this.#paths = new LoginPaths(clock, useLoginShell);
    this.#nodeDirectory = nodeDirectory;
    this.#useLoginShell = useLoginShell;
  }

  /** Every tool, whether it is installed for that person, where, and in which version. */
  async list(user: HostUser): Promise<Tool[]> {
    const shell = {
      name: shellName,
      label: "Shell",
      available: true,
      path: user.shell,
      version: null,
      installHint: null,
    };
    const others = [...this.#definitions.values()].map((definition) => this.#describe(user, definition));
    return [...(await Promise.all(others)), shell];
  }

  /**
   * The argument vector that runs a tool in a pane, through a shell. No prompt is in it.
   * @throws AppError `invalid_input` for a tool that is not allowed, `tool_missing` saying how to install it
   */
  async launch(user: HostUser, name: string): Promise<string[]> {
    if (name === shellName) return this.#useLoginShell ? [user.shell, "-l"] : [user.shell];
    const definition = this.#definitions.get(name);
    if (!definition) {
      const known = [...this.#definitions.keys(), shellName].join(", ");
      throw new AppError("invalid_input", `${JSON.stringify(name)} is no tool of this server; there are ${known}.`, {
        errors: [{ path: "tool", message: `must be one of ${known}` }],
      });
    }
    const program = await this.#find(user, definition);
    if (program === null) throw missing(definition);
    const argv = [program, ...definition.command.slice(1)];
    return this.#useLoginShell
      ? inLoginShell(user.shell, this.#nodeDirectory, argv)
      : inPlainShell(this.#nodeDirectory, argv);
  }

  async #describe(user: HostUser, definition: Definition): Promise<Tool> {
    const { name, label } = definition;
    const program = await this.#find(user, definition);
    if (program === null) {
      return { name, label, available: false, path: null, version: null, installHint: installHint(definition) };
    }
    const version = definition.npmPackage === null ? null : await this.#version(user, program);
    return { name, label, available: true, path: program, version, installHint: null };
  }

  async #find(user: HostUser, { command: [program = ""] }: Definition): Promise<string | null> {
    const folders = path.isAbsolute(program) ? [path.dirname(program)] : await this.#paths.of(user);
    for (const folder of folders) {
      const candidate = path.join(folder, path.basename(program));
      if (await isProgram(user, candidate)) return candidate;
    }
    return null;
  }

  /** What `--version` says, asked once for each state of the program; null where it says nothing like a version. */
  async #version(user: HostUser, program: string): Promise<string | null> {
    const real = (await user.files.realPath(program)) ?? program;
    const key = `${user.name} ${real} ${(await user.files.stat(real))?.modifiedAt ?? ""}`;
    let version = this.#versions.get(key);
    if (!version) {
      version = this.#askVersion(user, program);
      this.#versions.set(key, version);
    }
    return version;
  }

  async #askVersion(user: HostUser, program: string): Promise<string | null> {
    const folders = [...(await this.#paths.of(user)), this.#nodeDirectory];
    try {
      const { stdout } = await user.run([program, "--version"], {
        check: false,
        timeoutMs: versionTimeoutMs,
        env: { PATH: folders.join(path.delimiter) },
      });
      return /\d+\.\d+\.\d+[\w.+-]*/u.exec(stdout)?.[0] ?? null;
    } catch (error) {
      // A program that hangs, floods or can't be started has no version to show; starting a session tells its error.
      if (error instanceof AppError) return null;
      throw error;
    }
  }
}

async function isProgram(user: HostUser, candidate: string): Promise<boolean> {
  try {
    const real = await user.files.realPath(candidate);
    const stat = real === null ? null : await user.files.stat(real);
    return stat?.kind === "file" && (stat.mode & 0o111) !== 0;
  } catch (error) {
    // A folder on the PATH that is closed to this person, as for their shell, holds nothing.
    if (error instanceof AppError && error.code === "forbidden") return false;
    throw error;
  }
}

/** Into the person's own prefix, so that no right on the host is needed. */
function installHint({ npmPackage, command: [program = ""] }: Definition): string {
  if (npmPackage === null) return `Install ${program}, or correct its path in the setting "commands" of the server.`;
  return `npm install --global --prefix ~/.local ${npmPackage}`;
}

function missing(definition: Definition): AppError {
  const { label, npmPackage } = definition;
  const hint = installHint(definition);
  const how = npmPackage === null ? hint : `Install it with: ${hint}`;
  return new AppError("tool_missing", `${label} is not installed for you on this host. ${how}`, {
    data: { tool: definition.name, install: hint },
  });
}
