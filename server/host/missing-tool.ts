import path from "node:path";
import { AppError, type ErrorCode } from "../../shared/errors.ts";

/** How each program is installed; the Debian package unless it is one of npm's. */
const installation: Record<string, { how: string; code?: ErrorCode }> = {
  git: { how: "sudo apt install git" },
  tmux: { how: "sudo apt install tmux", code: "tmux_missing" },
  ssh: { how: "sudo apt install openssh-client" },
  sudo: { how: "apt install sudo (as root)" },
  codex: { how: "npm install -g @openai/codex" },
  gemini: { how: "npm install -g @google/gemini-cli" },
  claude: { how: "npm install -g @anthropic-ai/claude-code" },
};

/** The error for a program that is not on the user's PATH: says how to install it. `data.tool` names it. */
export function missingToolError(program: string, cause?: unknown): AppError {
  const tool = path.basename(program);
  const known = installation[tool];
  const advice = known
    ? `Install it with: ${known.how}. Then try again.`
    : "Install it or correct the PATH, then try again.";
  return new AppError(known?.code ?? "tool_missing", `The program ${tool} was not found on this host. ${advice}`, {
    cause,
    data: { tool },
  });
}
