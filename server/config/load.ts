import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import * as z from "zod";
import { AppError } from "../../shared/errors.ts";
import { runtimePaths } from "../../shared/rules/runtime-paths.ts";
import { sharedPlaces } from "./shared-places.ts";
import { configSchema, documentConfig, type Config, type ConfigKey } from "./schema.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface LoadConfigOptions {
  env: Environment;
  /** What the command line says; wins over everything. */
  flags?: Partial<Record<ConfigKey, unknown>>;
}

/**
 * Puts the configuration together from flags, environment, file and defaults.
 * @throws AppError `invalid_input` naming each wrong key and where it came from
 */
export async function loadConfig(options: LoadConfigOptions): Promise<Config> {
  const { env, flags = {} } = options;
  const file = await readConfigFile(configFilePath(env, flags.mode));
  const values: Record<string, unknown> = { ...file };
  for (const { key, env: variable, alias } of documentConfig()) {
    const fromEnvironment = env[variable] || (alias === undefined ? undefined : env[alias]);
    if (fromEnvironment !== undefined && fromEnvironment !== "") values[key] = fromEnvironment;
    if (flags[key] !== undefined) values[key] = flags[key];
  }
  const shared = values["mode"] === "shared";
  const defaults = shared ? sharedDefaults(values["dataDir"]) : defaultPaths(env, values["dataDir"]);
  const parsed = configSchema.safeParse({ ...defaults, ...values });
  if (!parsed.success) throw invalidConfig(parsed.error);
  const config = parsed.data;
  requireReachSafely(config);
  const personal = config.mode === "personal";
  return {
    ...config,
    dataDir: resolve(config.dataDir),
    runtimeDir: resolve(config.runtimeDir),
    keyFile: resolve(config.keyFile),
    allowFileRepositories: config.allowFileRepositories ?? personal,
    allowPrivateProviders: config.allowPrivateProviders ?? personal,
  };
}

/**
 * Where the optional configuration file lies.
 * @param mode what the command line says of the mode
 */
export function configFilePath(env: Environment, mode?: unknown): string {
  if (env["AIOPS_CONFIG"] !== undefined && env["AIOPS_CONFIG"] !== "") return env["AIOPS_CONFIG"];
  if ((mode ?? env["AIOPS_MODE"]) === "shared") return sharedPlaces().configFile;
  return join(env["XDG_CONFIG_HOME"] ?? join(home(env), ".config"), "aiops", "config.json");
}

/** A data directory of one's own (tests, several servers) must not share the host's one runtime directory. */
function sharedDefaults(chosenDataDir: unknown): Record<string, unknown> {
  const { dataDir, runtimeDir, keyFile, port } = sharedPlaces();
  const chosen = typeof chosenDataDir === "string" ? resolve(chosenDataDir) : undefined;
  return { dataDir, runtimeDir: chosen === undefined ? runtimeDir : join(chosen, "run"), keyFile, port };
}

/** What listens beyond this host is encrypted, or behind a proxy that is named. @throws AppError invalid_input */
function requireReachSafely(config: Pick<Config, "listen" | "tlsCert" | "tlsKey" | "trustedProxies">): void {
  const { listen, tlsCert, tlsKey, trustedProxies } = config;
  const refuse = (path: ConfigKey, message: string) =>
    new AppError("invalid_input", `${message} See: aiops config`, { errors: [{ path, message }] });
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw refuse("tlsCert", "TLS needs both files: AIOPS_TLS_CERT and AIOPS_TLS_KEY.");
  }
  if (tlsCert !== undefined && listen === undefined) {
    throw refuse("listen", "The TLS files are of no use without AIOPS_LISTEN, as 0.0.0.0:4443.");
  }
  if (listen !== undefined && tlsCert === undefined && trustedProxies.length === 0) {
    throw refuse(
      "listen",
      `AIOPS_LISTEN=${listen} would send tokens over the network in the clear. ` +
        "Give AIOPS_TLS_CERT and AIOPS_TLS_KEY, or name the proxies with AIOPS_TRUSTED_PROXIES.",
    );
  }
}

function home(env: Environment): string {
  const fromEnvironment = env["HOME"];
  return fromEnvironment !== undefined && isAbsolute(fromEnvironment) ? fromEnvironment : homedir();
}

function defaultPaths(env: Environment, chosenDataDir: unknown): Record<string, unknown> {
  const base = home(env);
  const chosen = typeof chosenDataDir === "string" ? resolve(chosenDataDir) : undefined;
  return {
    ...runtimePaths(env, base, chosen),
    keyFile: join(env["XDG_CONFIG_HOME"] ?? join(base, ".config"), "aiops", "keys.json"),
  };
}

async function readConfigFile(path: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return {};
    throw new AppError("invalid_input", `The configuration file ${path} can't be read. Check its owner and mode.`, {
      cause: error,
    });
  }
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch (error) {
    throw new AppError("invalid_input", `The configuration file ${path} is not a JSON object. Mend or remove it.`, {
      cause: error,
    });
  }
}

function invalidConfig(error: z.ZodError): AppError {
  const variables = new Map<string, string>(documentConfig().map((entry) => [entry.key, entry.env]));
  const errors = error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message }));
  const lines = errors.map(({ path, message }) => {
    const root = path.split(".")[0] ?? path;
    return `${path} (${variables.get(root) ?? "?"}): ${message}`;
  });
  return new AppError("invalid_input", `The configuration is wrong. ${lines.join("; ")}. See: aiops config`, {
    errors,
  });
}
