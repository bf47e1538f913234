import { type AdfNode, attribute, childrenOf, paragraph, plainText, text } from "./nodes.ts";

const lists = ["bulletList", "orderedList"];

/**
 * What may stand in what, as the format's schema has it
 * (https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/ and the pages of each node).
 */
const allowed: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["blockquote", new Set(["paragraph", ...lists, "codeBlock", "mediaSingle"])],
  ["panel", new Set(["paragraph", "heading", ...lists, "codeBlock", "mediaSingle", "taskList", "rule"])],
  ["listItem", new Set(["paragraph", ...lists, "codeBlock", "mediaSingle"])],
  ["tableCell", new Set(["paragraph", "mediaSingle"])],
  ["tableHeader", new Set(["paragraph", "mediaSingle"])],
]);

const containers = new Set([
  ...lists,
  "listItem",
  "blockquote",
  "panel",
  "table",
  "tableRow",
  "tableCell",
  "tableHeader",
]);

/** The nodes as they may stand in this parent: what may not becomes what comes closest, and keeps its text. */
export function fitted(parent: string, nodes: readonly AdfNode[]): AdfNode[] {
  return nodes.flatMap((node): AdfNode[] => {
    const permitted = allowed.get(parent);
    if (permitted && !permitted.has(node.type)) return fitted(parent, degraded(node));
    if (node.type === "mediaSingle" || node.type === "taskList") return [node];
    if (node.type === "heading") return [{ ...node, content: node.content?.map(withoutMedia) ?? [] }];
    if (!containers.has(node.type)) return [node];
    const content = fitted(node.type, childrenOf(node));
    // None of them may be empty, and a list's item begins with a paragraph, code or media.
    const startsWell = content[0] !== undefined && !(node.type === "listItem" && lists.includes(content[0].type));
    if (startsWell || !allowed.has(node.type)) return [{ ...node, content }];
    return [{ ...node, content: [paragraph([]), ...content] }];
  });
}

/** The node as plainer ones. */
function degraded(node: AdfNode): AdfNode[] {
  switch (node.type) {
    case "heading":
      return [paragraph(childrenOf(node).map(bold))];
    case "blockquote":
    case "panel":
      return childrenOf(node);
    case "rule":
      return [paragraph([text("---")])];
    case "taskList":
      return [{ type: "bulletList", content: taskItems(node) }];
    case "table":
      return childrenOf(node).map((row) => paragraph([text(childrenOf(row).map(plainText).join(" | ") || " ")]));
    default: {
      const words = plainText(node);
      return [paragraph(words === "" ? [] : [text(words)])];
    }
  }
}

function taskItems(list: AdfNode): AdfNode[] {
  return childrenOf(list).map((item) => {
    if (item.type === "taskList")
      return { type: "listItem", content: [{ type: "bulletList", content: taskItems(item) }] };
    const mark = item.attrs?.["state"] === "DONE" ? "[x] " : "[ ] ";
    return { type: "listItem", content: [paragraph([text(mark), ...childrenOf(item)])] };
  });
}

function bold(node: AdfNode): AdfNode {
  const marks = node.marks ?? [];
  if (node.type !== "text" || marks.some(({ type }) => type === "strong" || type === "code")) return node;
  return { ...node, marks: [...marks, { type: "strong" }] };
}

function withoutMedia(node: AdfNode): AdfNode {
  return node.type === "media" ? text(attribute(node, "alt") || "image") : node;
}
