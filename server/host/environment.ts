import type { HostUser } from "./host.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The variables a child gets from the server's environment; `HOME`, `USER`, `LOGNAME` and `SHELL` are the user's own. */
const passed = new Set(["PATH", "LANG", "TERM", "TZ", "XDG_RUNTIME_DIR"]);

const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * The whole environment of a child: empty, joined by the allow-listed variables of the server, the user's own, and
 * what the caller names. Secrets of the server's environment (tokens, `NODE_OPTIONS`, `LD_PRELOAD`) never get through.
 */
export function childEnvironment(
  server: Environment,
  user: Pick<HostUser, "name" | "home" | "shell">,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const environment: Record<string, string> = { PATH: defaultPath, LANG: "C.UTF-8" };
  for (const [name, value] of Object.entries(server)) {
    if (value !== undefined && value !== "" && (passed.has(name) || name.startsWith("LC_"))) environment[name] = value;
  }
  return { ...environment, HOME: user.home, USER: user.name, LOGNAME: user.name, SHELL: user.shell, ...extra };
}
