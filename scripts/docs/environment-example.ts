import { documentConfig } from "../../server/config/schema.ts";

/** `.env.example`: every variable with its meaning and default, all of them commented out. */
export function environmentExample(): string {
  const entries = documentConfig().map(
    ({ env, fallback, alias, description }) =>
      `# ${description}\n# Default: ${fallback}${alias === undefined ? "" : `; read too: ${alias}`}\n# ${env}=\n`,
  );
  return `# Settings of the aiops server; made by scripts/docs.ts from server/config/schema.ts.\n# The same, with the values in force: aiops config\n\n${entries.join("\n")}`;
}
