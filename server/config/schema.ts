import * as z from "zod";
import { linuxUserName } from "../../shared/rules/names.ts";
import { helperProgram } from "../host/install-helper.ts";
import { isAddressOrNetwork } from "./addresses.ts";

/** A flag in an environment variable, where everything is text. */
const flag = z.preprocess(
  (value) => (value === "true" || value === "1" ? true : value === "false" || value === "0" ? false : value),
  z.boolean(),
);

/** A comma-separated list in an environment variable, an array in the file. */
function listOf(entry: z.ZodString) {
  return z.preprocess(
    (value) =>
      typeof value === "string"
        ? value
            .split(",")
            .map((part) => part.trim())
            .filter((part) => part !== "")
        : value,
    z.array(entry),
  );
}

const list = listOf(z.string());

/** `ADDRESS:PORT`; an IPv6 address in brackets. */
const listenAddress = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:]+\]):\d{1,5}$/;

/** A command a session may run besides the built-in tools. */
const allowedCommand = z.object({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/, "must be a lower-case name"),
  label: z.string().optional(),
  /** The argument vector; the first is a program name or an absolute path. */
  command: z.array(z.string().min(1)).min(1),
});

/** JSON in an environment variable, the value itself in the file. @param example shown where it is no JSON */
function json<T extends z.ZodType>(schema: T, example: string) {
  return z.preprocess((value, context) => {
    return typeof value === "string" ? parseJson(value, example, context) : value;
  }, schema);
}

function parseJson(value: string, example: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(value);
  } catch (error) {
    context.issues.push({
      code: "custom",
      input: value,
      message: `must be JSON as ${example}: ${error instanceof Error ? error.message : ""}`,
    });
    return z.NEVER;
  }
}

const allowedCommands = json(z.array(allowedCommand), '[{"name":"htop","command":["htop"]}]');

/** A table in an environment variable: a JSON object, or `name=value` pairs with commas between. */
const linuxUserTable = z.preprocess(
  (value, context) => {
    if (typeof value !== "string") return value;
    if (value.trimStart().startsWith("{")) return parseJson(value, '{"ada@example.org":"ada"}', context);
    const pairs = value.split(",").filter((pair) => pair.trim() !== "");
    return Object.fromEntries(pairs.map((pair) => pair.split(/[=:]/, 2).map((part) => part.trim())));
  },
  z.record(
    z.string().regex(/^[^@\s]+@[^@\s]+$/, "must be an e-mail address"),
    z.string().regex(linuxUserName, "must be a Linux user name"),
  ),
);

interface KeyMeta {
  env: string;
  fallback: string;
  /** A variable that is read too, where `env` is not set. */
  alias?: string;
}

function key<T extends z.ZodType>(schema: T, env: string, fallback: string, doc: string, alias?: string) {
  return schema.describe(doc).meta({ env, fallback, ...(alias === undefined ? {} : { alias }) } satisfies KeyMeta);
}

/**
 * Every setting of the server: its environment variable, its default in words and what it does. The configuration file
 * (JSON) has the same keys; a command-line flag wins over the environment, the environment over the file.
 */
export const configSchema = z.object({
  mode: key(
    z.enum(["personal", "shared"]).default("personal"),
    "AIOPS_MODE",
    "personal",
    "personal: one person, files only. shared: many people on one host, run by a service user.",
  ),
  port: key(
    z.coerce.number().int().min(0).max(65_535).default(0),
    "AIOPS_PORT",
    "0; 4280 in shared mode",
    "TCP port on 127.0.0.1; 0 takes a free one.",
  ),
  listen: key(
    z.string().regex(listenAddress, "must be ADDRESS:PORT, as 0.0.0.0:4443 or [::]:4443").optional(),
    "AIOPS_LISTEN",
    "none",
    "A further ADDRESS:PORT to be reached at from elsewhere; needs tlsCert and tlsKey, or trustedProxies.",
  ),
  tlsCert: key(z.string().min(1).optional(), "AIOPS_TLS_CERT", "none", "Certificate chain (PEM) for `listen`."),
  tlsKey: key(z.string().min(1).optional(), "AIOPS_TLS_KEY", "none", "Private key (PEM) of that certificate."),
  trustedProxies: key(
    listOf(z.string().refine(isAddressOrNetwork, "must be an IP address or a network as 10.0.0.0/8")).default([]),
    "AIOPS_TRUSTED_PROXIES",
    "none",
    "Addresses or networks of proxies: X-Forwarded-For is believed from these only, and `listen` without TLS serves these only.",
  ),
  dataDir: key(
    z.string().min(1),
    "AIOPS_DATA_DIR",
    "$XDG_DATA_HOME/aiops, else ~/.local/share/aiops; /var/lib/aiops in shared mode",
    "Where everything is stored.",
  ),
  runtimeDir: key(
    z.string().min(1),
    "AIOPS_RUNTIME_DIR",
    "$XDG_RUNTIME_DIR/aiops, else run/ below the data; /run/aiops in shared mode",
    "Where clients find the running server (0700; 0711 in shared mode).",
  ),
  keyFile: key(
    z.string().min(1),
    "AIOPS_KEY_FILE",
    "$XDG_CONFIG_HOME/aiops/keys.json, else ~/.config/aiops/keys.json; /etc/aiops/keys/keys.json in shared mode",
    "The key file for secrets at rest (0600), outside the data directory.",
  ),
  masterKey: key(
    z.string().min(1).optional(),
    "AIOPS_MASTER_KEY",
    "none",
    "The key for secrets at rest itself, base64 of 32 bytes, instead of a key file. Older ones may follow, after commas: they only open.",
  ),
  keyCommand: key(
    json(z.array(z.string().min(1)).min(1), '["/usr/bin/pass","show","aiops"]').optional(),
    "AIOPS_KEY_COMMAND",
    "none",
    "A program that prints the key as masterKey has it, as a JSON array of its arguments, first an absolute path; never a shell.",
  ),
  workspaceRoot: key(
    z.string().min(1).optional(),
    "AIOPS_WORKSPACE_ROOT",
    "~/workspace",
    "The folder that holds a person's clones.",
  ),
  helper: key(
    z.string().regex(/^\//, "must be an absolute path").default(helperProgram()),
    "AIOPS_HELPER",
    "/usr/lib/aiops/aiops-helper",
    "The installed helper that acts as other Linux users, in shared mode.",
  ),
  helperIdleMinutes: key(
    z.coerce.number().min(0.01).max(1440).default(5),
    "AIOPS_HELPER_IDLE_MINUTES",
    "5",
    "A person's helper ends this many minutes after it was last needed.",
  ),
  linuxUserStrategy: key(
    z.enum(["mapping", "direct"]).default("mapping"),
    "AIOPS_LINUX_USER_STRATEGY",
    "mapping",
    "mapping: a person's Linux user is the one in their record, else in linuxUserMapping. direct: it is their aiops user name.",
    "LINUX_USER_STRATEGY",
  ),
  linuxUserMapping: key(
    linuxUserTable.default({}),
    "AIOPS_LINUX_USER_MAPPING",
    "none",
    "Linux users by e-mail address, for people whose record names none: ada@example.org=ada,… or a JSON object.",
    "LINUX_USER_MAPPING",
  ),
  useLoginShell: key(
    flag.default(true),
    "AIOPS_USE_LOGIN_SHELL",
    "true",
    "Whether sessions and their tools start through the person's login shell.",
    "USE_LOGIN_SHELL",
  ),
  tmuxSocket: key(
    z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,50}$/, "must be letters, digits, - and _")
      .default("aiops"),
    "AIOPS_TMUX_SOCKET",
    "aiops",
    "The tmux socket name (tmux -L).",
  ),
  commands: key(
    allowedCommands.default([]),
    "AIOPS_COMMANDS",
    "[]",
    "Further commands sessions may run, as a JSON array of {name, label?, command: [program, …]}.",
  ),
  allowedHosts: key(
    list.default([]),
    "AIOPS_ALLOWED_HOSTS",
    "none",
    "Names besides 127.0.0.1, localhost and [::1] that the Host header may carry.",
  ),
  allowedOrigins: key(list.default([]), "AIOPS_ALLOWED_ORIGINS", "none", "Origins a browser page may call from."),
  allowFileRepositories: key(
    flag.optional(),
    "AIOPS_ALLOW_FILE_REPOSITORIES",
    "true in personal mode",
    "Whether repositories may be local paths.",
  ),
  allowPrivateProviders: key(
    flag.optional(),
    "AIOPS_ALLOW_PRIVATE_PROVIDERS",
    "true in personal mode",
    "Whether providers may have loopback or private addresses.",
  ),
  idleMinutes: key(
    z.coerce.number().min(0).default(0),
    "AIOPS_IDLE_MINUTES",
    "0",
    "End this many minutes after the last client when no session runs; 0 never.",
  ),
  sessionHours: key(
    z.coerce.number().min(0.01).max(24).default(1),
    "AIOPS_SESSION_HOURS",
    "1",
    "How long a sign-in lasts, in hours.",
  ),
  requestLimit: key(
    z.coerce.number().int().min(1).default(3000),
    "AIOPS_REQUEST_LIMIT",
    "3000",
    "Requests per token in 30 seconds.",
  ),
  anonymousLimit: key(
    z.coerce.number().int().min(1).default(60),
    "AIOPS_ANONYMOUS_LIMIT",
    "60",
    "Requests per address in a minute without a token.",
  ),
  logLevel: key(
    z.enum(["trace", "debug", "info", "warn", "error"]).default("info"),
    "AIOPS_LOG_LEVEL",
    "info",
    "The least level written to the log.",
  ),
  metricsToken: key(
    z.string().min(16).optional(),
    "AIOPS_METRICS_TOKEN",
    "none",
    "A token with which /metrics may be scraped.",
  ),
});

type Parsed = z.infer<typeof configSchema>;

export interface Config extends Parsed {
  allowFileRepositories: boolean;
  allowPrivateProviders: boolean;
}

export type ConfigKey = keyof Parsed;

/** Keys whose values are never printed. */
export const secretKeys: ReadonlySet<string> = new Set<ConfigKey>(["masterKey", "metricsToken"]);

export interface ConfigKeyDocumentation {
  key: ConfigKey;
  env: string;
  fallback: string;
  /** A variable that is read too, where `env` is not set. */
  alias: string | undefined;
  description: string;
}

/** Every key with its variable, default and meaning, for `aiops config` and `.env.example`. */
export function documentConfig(): ConfigKeyDocumentation[] {
  return Object.entries(configSchema.shape).map(([name, schema]) => {
    const meta: { env?: unknown; fallback?: unknown; alias?: string; description?: string } = schema.meta() ?? {};
    return {
      key: name as ConfigKey,
      env: String(meta.env),
      fallback: String(meta.fallback),
      alias: meta.alias,
      description: meta.description ?? "",
    };
  });
}
