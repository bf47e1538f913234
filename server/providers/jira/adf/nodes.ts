/**
 * The Atlassian Document Format: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
 * Documents come from a server, so nothing about their shape is taken for granted when reading.
 */
export interface AdfNode {
  type: string;
  attrs?: Readonly<Record<string, unknown>>;
  content?: AdfNode[];
  text?: string;
  marks?: AdfMark[];
}

export interface AdfMark {
  type: string;
  attrs?: Readonly<Record<string, unknown>>;
}

export interface AdfDocument extends AdfNode {
  type: "doc";
  version: 1;
  content: AdfNode[];
}

/** Where a document's references lead. */
export interface DocumentPlace {
  /** What a person's page begins with, before the person's id. */
  profiles: string;
  /** Files of the issue the document belongs to. */
  attachments: readonly { filename: string; url: string; mimeType: string }[];
  /** The issue's address, for files that are not among the attachments. */
  issueUrl: string;
}

/** Deeper structure is read as plain text. Jira's own editor nests less. */
export const maxDepth = 40;

/** The node's children that are nodes at all. */
export function childrenOf(node: AdfNode): AdfNode[] {
  return Array.isArray(node.content) ? node.content.filter(isNode) : [];
}

export function isNode(value: unknown): value is AdfNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** An attribute as text; empty where it is missing or something else. */
export function attribute(node: AdfNode | AdfMark, name: string): string {
  const value = typeof node.attrs === "object" && node.attrs !== null ? node.attrs[name] : undefined;
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** A node's own text; empty where it has none. */
export function textOf(node: AdfNode): string {
  return typeof node.text === "string" ? node.text : "";
}

export function text(value: string, marks: AdfMark[] = []): AdfNode {
  return marks.length === 0 ? { type: "text", text: value } : { type: "text", text: value, marks };
}

export function paragraph(content: AdfNode[]): AdfNode {
  return content.length === 0 ? { type: "paragraph" } : { type: "paragraph", content };
}

export function document(content: AdfNode[]): AdfDocument {
  return { type: "doc", version: 1, content };
}

/** All text below a node, whatever its depth, with spaces between blocks. */
export function plainText(node: AdfNode): string {
  const parts: string[] = [];
  const toVisit: AdfNode[] = [node];
  for (let next = toVisit.pop(); next !== undefined; next = toVisit.pop()) {
    if (typeof next.text === "string") parts.push(next.text);
    else if (attribute(next, "text") !== "") parts.push(attribute(next, "text"));
    else if (next.type !== "doc" && parts.length > 0) parts.push(" ");
    const children = childrenOf(next);
    for (let index = children.length - 1; index >= 0; index -= 1) {
      const child = children[index];
      if (child) toVisit.push(child);
    }
  }
  return parts.join("").replaceAll(/ {2,}/g, " ").trim();
}
