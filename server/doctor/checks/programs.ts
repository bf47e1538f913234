import { errorMessage } from "../../../shared/errors.ts";
import { fail, ok, warn, type Check, type Finding, type Surroundings } from "../check.ts";

interface Program {
  check: string;
  argv: string[];
  /** The first version that has what is used of it. */
  least: [number, number];
  install: string;
  shared?: true;
}

const programs: readonly Program[] = [
  { check: "git", argv: ["git", "--version"], least: [2, 30], install: "apt-get install git" },
  { check: "tmux", argv: ["tmux", "-V"], least: [3, 2], install: "apt-get install tmux" },
  {
    check: "sudo",
    argv: ["sudo", "--version"],
    least: [1, 9],
    install: "apt-get install sudo (as root)",
    shared: true,
  },
];

/** Node.js, git, tmux and, on a shared host, sudo: there, and new enough. */
export const checkPrograms: Check = async (surroundings) => {
  const wanted = programs.filter(({ shared }) => shared === undefined || surroundings.config.mode === "shared");
  return [checkNode(), ...(await Promise.all(wanted.map((program) => checkProgram(program, surroundings))))];
};

function checkNode(): Finding {
  const [major = 0] = process.versions.node.split(".").map(Number);
  return major >= 24
    ? ok("node", process.versions.node)
    : fail("node", process.versions.node, "run aiops through its own launcher (npx aiops), which brings Node 24");
}

async function checkProgram({ check, argv, least, install }: Program, { self }: Surroundings): Promise<Finding> {
  try {
    const { stdout } = await self.run(argv);
    const found = stdout.trim().split("\n")[0] ?? "";
    const [, major, minor] = /(\d+)\.(\d+)/.exec(found) ?? [];
    if (major === undefined || minor === undefined) return warn(check, `${found}: no version`, install);
    const [leastMajor, leastMinor] = least;
    const isNewEnough = Number(major) > leastMajor || (Number(major) === leastMajor && Number(minor) >= leastMinor);
    return isNewEnough ? ok(check, found) : fail(check, `${found}; ${least.join(".")} is needed`, install);
  } catch (error) {
    return fail(check, errorMessage(error), install);
  }
}
