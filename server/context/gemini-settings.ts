import { blankComments, findMember, insertFirstMember, removeMember, type Member } from "./json-edit.ts";
import { contextFileName } from "./markers.ts";

/** Below the working tree, and below the home for what holds in all trees. */
export const geminiFolder = ".gemini";
export const geminiSettingsName = ".gemini/settings.json";

/** What Gemini reads where nothing is configured. */
const geminiDefault = ["GEMINI.md"];

/** `unchanged` says why nothing was done, or null where nothing needs to be. */
export type GeminiEdit = { text: string } | { unchanged: string | null };

interface Settings {
  text: string;
  /** Comments blanked out, positions kept. */
  json: string;
  root: number;
  context: Member | undefined;
  /** Undefined where `context` is none or no object. */
  contextOpen: number | undefined;
  fileName: Member | undefined;
  names: string[] | undefined;
}

/**
 * Adds AGENTS.override.md to `context.fileName` (a string or a list; all listed names load). The rest of the file, its
 * comments and layout stay as they are.
 * @param inherited The names that hold in all trees, which the tree's own list would replace.
 */
export function addToGeminiSettings(existing: string | undefined, inherited: readonly string[]): GeminiEdit {
  const names = [contextFileName, ...inherited.filter((name) => name !== contextFileName)];
  const list = JSON.stringify(names).replaceAll('","', '", "');
  if (existing === undefined || existing.replace("\uFEFF", "").trim() === "") {
    return { text: `{ "context": { "fileName": ${list} } }\n` };
  }
  const settings = parse(existing);
  if (typeof settings === "string") return { unchanged: settings };
  const { text, json, root, context, contextOpen, fileName } = settings;
  if (fileName) {
    if (!settings.names) return { unchanged: "context.fileName in it is neither a name nor a list of names" };
    if (settings.names.includes(contextFileName)) return { unchanged: null };
    return replaceNames(settings, fileName, [...settings.names, contextFileName]);
  }
  if (findMember(json, root, "contextFileName")) {
    return {
      unchanged: "it uses the older setting contextFileName, which Gemini itself will turn into context.fileName",
    };
  }
  if (contextOpen !== undefined) return { text: insertFirstMember(text, json, contextOpen, `"fileName": ${list}`) };
  if (context) return { unchanged: "context in it is not an object" };
  return { text: insertFirstMember(text, json, root, `"context": { "fileName": ${list} }`) };
}

/**
 * Takes AGENTS.override.md out again, and with it what {@link addToGeminiSettings} had to add around it.
 * `empty` where no setting is left and the file should go.
 */
export function removeFromGeminiSettings(
  existing: string,
  inherited: readonly string[],
): GeminiEdit & { empty?: boolean } {
  const settings = parse(existing);
  if (typeof settings === "string") return { unchanged: settings };
  const { fileName, names, contextOpen } = settings;
  if (!fileName || !names?.includes(contextFileName) || contextOpen === undefined) return { unchanged: null };
  const rest = names.filter((name) => name !== contextFileName);
  const ours = names[0] === contextFileName && rest.join("\n") === inherited.join("\n");
  if (!ours && rest.length > 0) return replaceNames(settings, fileName, rest);
  const text = removeMember(settings.text, settings.json, contextOpen, fileName);
  const without = parse(text);
  if (typeof without === "string" || !without.context) return { text };
  if (withoutSpace(without.text.slice(without.context.valueStart, without.context.valueEnd)) !== "{}") return { text };
  const bare = removeMember(without.text, without.json, without.root, without.context);
  return { text: bare, empty: withoutSpace(bare) === "{}" };
}

/** The names that hold in all trees, from the settings in the home; Gemini's default where they name none. */
export function inheritedNames(homeSettings: string | undefined): string[] {
  const settings = homeSettings === undefined ? undefined : parse(homeSettings);
  return (typeof settings === "object" ? settings.names : undefined) ?? geminiDefault;
}

function parse(text: string): Settings | string {
  const json = blankComments(text).replace("\uFEFF", " ");
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return "it is not valid JSON";
    throw error;
  }
  const root = json.indexOf("{");
  if (!isObject(value)) return "it does not hold a JSON object";
  const context = findMember(json, root, "context");
  const contextOpen = context && isObject(value["context"]) ? context.valueStart : undefined;
  const fileName = contextOpen === undefined ? undefined : findMember(json, contextOpen, "fileName");
  const named = isObject(value["context"]) ? value["context"]["fileName"] : undefined;
  return { text, json, root, context, contextOpen, fileName, names: fileName ? namesIn(named) : undefined };
}

function namesIn(value: unknown): string[] | undefined {
  if (typeof value === "string") return [value];
  return Array.isArray(value) && value.every((name) => typeof name === "string") ? value : undefined;
}

function replaceNames(settings: Settings, at: Member, names: readonly string[]): GeminiEdit {
  const { text, json } = settings;
  if (text.slice(at.valueStart, at.valueEnd) !== json.slice(at.valueStart, at.valueEnd)) {
    return { unchanged: "there are comments inside context.fileName in it" };
  }
  const list = JSON.stringify(names).replaceAll('","', '", "');
  return { text: text.slice(0, at.valueStart) + list + text.slice(at.valueEnd) };
}

function withoutSpace(text: string): string {
  return text.replace(/[\s\uFEFF]+/g, "");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
