import { markdownToAdf } from "../../../server/providers/jira/adf/from-markdown.ts";
import type { AdfMark, AdfNode } from "../../../server/providers/jira/adf/nodes.ts";
import { adfToMarkdown } from "../../../server/providers/jira/adf/to-markdown.ts";

export const web = "https://x.atlassian.net";
export const place = {
  profiles: `${web}/jira/people/`,
  issueUrl: `${web}/browse/WID-1`,
  attachments: [
    { filename: "shot.png", url: `${web}/rest/api/3/attachment/content/7`, mimeType: "image/png" },
    { filename: "log.txt", url: `${web}/rest/api/3/attachment/content/8`, mimeType: "text/plain" },
  ],
};

export const doc = (...content: AdfNode[]): AdfNode => ({ type: "doc", content });
export const node = (type: string, content?: AdfNode[], attrs?: AdfNode["attrs"]): AdfNode => ({
  type,
  ...(content && { content }),
  ...(attrs && { attrs }),
});
export const words = (text: string, ...marks: (string | AdfMark)[]): AdfNode => ({
  type: "text",
  text,
  ...(marks.length > 0 && { marks: marks.map((mark) => (typeof mark === "string" ? { type: mark } : mark)) }),
});
export const para = (...content: (AdfNode | string)[]): AdfNode =>
  node(
    "paragraph",
    content.map((each) => (typeof each === "string" ? words(each) : each)),
  );
export const toMarkdown = (...content: AdfNode[]): string => adfToMarkdown(doc(...content), place);
export const toAdf = (markdown: string): AdfNode[] => markdownToAdf(markdown, place).content;
