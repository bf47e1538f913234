import type { Command } from "commander";
import type { InstallTalk } from "../install/run.ts";
import { wholeNumber } from "./arguments.ts";
import type { CommandContext, Context } from "./command-context.ts";

const installHelp = `
Says every step first and asks; repeated, it does what is missing, and --user adds a person.
Where a step fails, what was done is undone. Where systemd does not run, it says how to start the server.
`;

interface InstallFlags {
  instance: string;
  serviceUser?: string;
  port?: number;
  user: string[];
  withoutUser: string[];
  mapped?: boolean;
  start: boolean;
  yes?: boolean;
  dryRun?: boolean;
}

/** install, sudoers, uninstall. */
export function addInstallCommands(program: Command, context: Context): void {
  const several = (value: string, before: string[]) => [...before, value];
  program
    .command("install")
    .description("set up a shared server on this host: service user, helper, sudoers, directories, systemd unit")
    .option("--instance <name>", "the name of one of several servers on a host", "aiops")
    .option("--service-user <name>", "the account the server runs as (the instance's name unless told)")
    .option("--port <n>", "TCP port on 127.0.0.1 (4280 unless told)", wholeNumber)
    .option("--user <name>", "a Linux user the server may act as; may be repeated", several, [])
    .option("--without-user <name>", "one it may not act as any more; may be repeated", several, [])
    .option("--mapped", "all Linux users that active people are mapped to in the data")
    .option("--no-start", "do not enable and start the service")
    .option("--dry-run", "say what would be done, and do nothing")
    .option("--yes", "do not ask")
    .addHelpText("after", installHelp)
    .action(async (options: InstallFlags) => {
      const own = context();
      const [{ install, installedPeople }, { installPlaces }, { builtServer }, { installedPort }] = await Promise.all([
        import("../install/run.ts"),
        import("../install/places.ts"),
        import("../install/program-step.ts"),
        import("../install/installed-config.ts"),
      ]);
      const places = installPlaces(options.instance);
      await install(
        {
          places,
          version: own.version,
          built: builtServer(),
          serviceUser: options.serviceUser ?? options.instance,
          port: await installedPort(places, options.port),
          people: await installedPeople(places, {
            added: options.user,
            without: options.withoutUser,
            mapped: options.mapped === true,
          }),
          start: options.start,
        },
        talk(own, options),
      );
    });

  program
    .command("sudoers")
    .description("print the sudoers file that install writes: one line for each user, one program, no arguments")
    .option("--instance <name>", "the name of one of several servers on a host", "aiops")
    .option("--service-user <name>", "the account the server runs as (the instance's name unless told)")
    .option("--user <name>", "a Linux user besides those installed; may be repeated", several, [])
    .action(async (options: { instance: string; serviceUser?: string; user: string[] }) => {
      const { output } = context();
      const [{ installedPeople, printedSudoers }, { installPlaces }] = await Promise.all([
        import("../install/run.ts"),
        import("../install/places.ts"),
      ]);
      const places = installPlaces(options.instance);
      const people = await installedPeople(places, { added: options.user, without: [], mapped: false });
      output.out(await printedSudoers(places, options.serviceUser ?? options.instance, people));
    });

  program
    .command("uninstall")
    .description("remove what install made; data, keys and configuration stay unless --purge")
    .option("--instance <name>", "the name of one of several servers on a host", "aiops")
    .option("--purge", "remove data, keys, configuration and the service user too")
    .option("--dry-run", "say what would be done, and do nothing")
    .option("--yes", "do not ask")
    .action(async (options: { instance: string; purge?: boolean; yes?: boolean; dryRun?: boolean }) => {
      const own = context();
      const [{ uninstall }, { installPlaces }] = await Promise.all([
        import("../install/run.ts"),
        import("../install/places.ts"),
      ]);
      await uninstall(installPlaces(options.instance), options.purge === true, talk(own, options));
    });
}

function talk(own: CommandContext, { yes, dryRun }: { yes?: boolean; dryRun?: boolean }): InstallTalk {
  return {
    say: (line) => own.output.out(`${line}\n`),
    confirm: async (question) => yes === true || /^y(?:es)?$/i.test((await own.ask(`${question} [y/N] `)).trim()),
    dryRun: dryRun === true,
  };
}
