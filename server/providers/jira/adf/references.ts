import type { AdfNode, DocumentPlace } from "./nodes.ts";
import { attribute } from "./nodes.ts";

/**
 * Markdown has neither mentions nor Jira's media. Both become links that lead somewhere for people, and carry what is
 * needed to become the same node again when the text is written back.
 */

const mediaMark = "#media=";

/** A person's page. */
export function mentionUrl(id: string, { profiles }: Pick<DocumentPlace, "profiles">): string {
  return profiles + encodeURIComponent(id);
}

/** The mention behind such a link, or null. */
export function mentionOf(href: string, label: string, place: Pick<DocumentPlace, "profiles">): AdfNode | null {
  if (!href.startsWith(place.profiles) || !label.startsWith("@")) return null;
  const id = decoded(href.slice(place.profiles.length));
  return id === null || id === "" ? null : { type: "mention", attrs: { id, text: label } };
}

export interface MediaLink {
  url: string;
  label: string;
  image: boolean;
}

/** Where a media node's file can be had. A file is known by its name alone: Jira tells no other connection. */
export function mediaLink(media: AdfNode, place: DocumentPlace): MediaLink {
  const alt = attribute(media, "alt") || attribute(media, "__fileName");
  const external = attribute(media, "url");
  if (attribute(media, "type") === "external" && external !== "") {
    return { url: external, label: alt || "image", image: true };
  }
  const file = place.attachments.find(({ filename }) => filename === alt);
  const id = attribute(media, "id");
  const mark =
    id === "" ? "" : mediaMark + [id, attribute(media, "collection")].map((part) => encodeURIComponent(part)).join("/");
  return {
    url: `${file?.url ?? place.issueUrl}${mark}`,
    label: alt || "attachment",
    image: file?.mimeType.startsWith("image/") ?? false,
  };
}

/** The media node that {@link mediaLink} made such an address of, or null. */
export function mediaOf(href: string, label: string): AdfNode | null {
  const at = href.lastIndexOf(mediaMark);
  if (at === -1) return null;
  const [id = "", collection = ""] = href
    .slice(at + mediaMark.length)
    .split("/")
    .map((part) => decoded(part) ?? "");
  if (id === "") return null;
  const alt = label === "attachment" || label === "" ? {} : { alt: label };
  return { type: "media", attrs: { type: "file", id, collection, ...alt } };
}

/** Links that markdown renderers and Jira both take; anything else stays text. */
export function isLinkable(href: string): boolean {
  return /^(?:https?:\/\/|mailto:|tel:|ftp:\/\/|\/|#)/i.test(href);
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}
