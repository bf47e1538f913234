import { errorMessage } from "../../../shared/errors.ts";
import { actedFor, fail, ok, warn, type Check, type Finding, type Surroundings } from "../check.ts";
import { parseSudoList, type SudoRule } from "../sudo-list.ts";

/** sudo's lines for the server: one for each person, the helper without arguments, and nothing else. */
export const checkSudoers: Check = async (surroundings) => {
  const { config, self, service } = surroundings;
  if (config.mode !== "shared") return [];
  const people = await actedFor(surroundings);
  const argv = self.uid === 0 ? ["sudo", "-l", "-U", service.name] : ["sudo", "-n", "-l"];
  let rules: SudoRule[];
  try {
    rules = parseSudoList((await self.run(argv, { check: false, env: { LC_ALL: "C" } })).stdout);
  } catch (error) {
    return [fail("sudoers", errorMessage(error), "apt-get install sudo (as root), then: sudo aiops install")];
  }
  return [...missing(people, rules, surroundings), ...tooOpen(rules, surroundings)];
};

function missing(people: readonly string[], rules: readonly SudoRule[], { config }: Surroundings): Finding[] {
  const fits = (name: string) =>
    rules.some(({ runAs, free, command }) => runAs.includes(name) && free && command === `${config.helper} ""`);
  const lacking = people.filter((name) => !fits(name));
  if (lacking.length === 0) return [ok("sudoers", `${people.length} people can be acted for`)];
  return lacking.map((name) =>
    fail(
      "sudoers",
      `there is no line for ${name}: nothing can be done as ${name}`,
      `sudo aiops install --user ${name}`,
    ),
  );
}

function tooOpen(rules: readonly SudoRule[], { config, service }: Surroundings): Finding[] {
  return rules.flatMap(({ runAs, command }) => {
    const said = `${service.name} may run "${command}" as ${runAs.join(", ")}`;
    const mend = "sudo visudo (and the files of /etc/sudoers.d): remove that entry, then: sudo aiops install";
    if (command === config.helper) return [fail("sudoers", `${said} with any arguments`, "sudo aiops install")];
    if (command !== `${config.helper} ""`) return [fail("sudoers", `${said}: more than the helper`, mend)];
    const wide = runAs.filter(
      (name) => name === "ALL" || name === "root" || name.startsWith(":") || /^[%#!]/.test(name),
    );
    return wide.length === 0 ? [] : [fail("sudoers", `${said}: that is not one person`, mend)];
  });
}

/** People who become root without a password: so does every agent in their sessions. */
export const checkPasswordless: Check = async (surroundings) => {
  if (surroundings.config.mode !== "shared") return [];
  const { self } = surroundings;
  return Promise.all(
    (await actedFor(surroundings)).map(async (name) => {
      const check = `sudo of ${name}`;
      try {
        const argv = self.uid === 0 ? ["sudo", "-l", "-U", name] : ["sudo", "-n", "-l"];
        const user = self.uid === 0 ? self : await surroundings.as(name);
        const { stdout } = await user.run(argv, { check: false, env: { LC_ALL: "C" } });
        const open = parseSudoList(stdout).filter(
          ({ free, runAs }) => free && runAs.some((as) => as === "ALL" || as === "root"),
        );
        if (open.length === 0) return ok(check, "not without a password");
        const commands = open.map(({ command }) => command).join(", ");
        return warn(
          check,
          `${name} is root without a password (${commands}), and so is every agent in ${name}'s sessions`,
          `sudo visudo: take NOPASSWD from ${name}, or run agents as another user`,
        );
      } catch (error) {
        return warn(check, `could not be looked at: ${errorMessage(error)}`, `sudo aiops doctor`);
      }
    }),
  );
};
