import { AppError, errorMessage } from "../../shared/errors.ts";
import { link } from "../../shared/messages/shape.ts";
import { element } from "./dom.ts";
import { icon } from "./icons.ts";
import type { Locale } from "./locale.ts";
import type { RenderMarkdown } from "./markdown.ts";
import type { Slices } from "./slices.ts";
import { pieceSize, splitMarkdown } from "./split-markdown.ts";

export interface RichTextContext {
  locale: Locale;
  render: RenderMarkdown;
  slices: Slices;
  /** Copies text to the clipboard; true when it is there. */
  copy: (text: string) => Promise<boolean>;
  /** A picture the text refers to, as a `data:` address. */
  image: (url: string) => Promise<string>;
}

export interface RichTextOptions {
  /** Markdown, untrusted. */
  source: string;
  /** What relative addresses are relative to. */
  base: string;
  /** The level the text's highest heading gets, so that the page's outline stays whole. */
  headingLevel: number;
}

/**
 * Untrusted Markdown as an element. It fills in slices; what is long shows its beginning and a button for the rest, so
 * neither a body of a megabyte nor thousands of them keep the reader waiting.
 */
export function richText(options: RichTextOptions, context: RichTextContext): HTMLElement {
  const { locale, slices } = context;
  const pieces = splitMarkdown(options.source, pieceSize);
  const root = element("div", { class: "rich-text", attributes: { dir: "auto" } });

  function fill(piece: string): void {
    const part = element("div", { class: "rich-text-piece", attributes: { "aria-busy": "true" } });
    root.append(part);
    slices.add(() => {
      part.append(enrich(context.render(piece), options, context));
      part.removeAttribute("aria-busy");
    });
  }

  const [first = "", ...rest] = pieces;
  fill(first);
  if (rest.length > 0) {
    const total = locale.number(options.source.length);
    const more = element(
      "vscode-button",
      {
        class: "show-all",
        attributes: { appearance: "secondary" },
        onClick: () => {
          more.remove();
          root.tabIndex = -1;
          root.focus({ preventScroll: true });
          rest.forEach(fill);
        },
      },
      locale.t("Show all ({0} characters)", total),
    );
    root.append(more);
  }
  return root;
}

function enrich(fragment: DocumentFragment, options: RichTextOptions, context: RichTextContext): DocumentFragment {
  for (const anchor of fragment.querySelectorAll("a")) checkLink(anchor, options.base);
  for (const image of fragment.querySelectorAll("img")) image.replaceWith(picture(image, options.base, context));
  for (const heading of fragment.querySelectorAll("h1, h2, h3, h4, h5, h6")) moveHeading(heading, options.headingLevel);
  for (const item of fragment.querySelectorAll("li")) makeTask(item, context.locale);
  for (const code of fragment.querySelectorAll("pre")) wrapCode(code, context);
  for (const table of fragment.querySelectorAll("table")) {
    const scroller = element("div", { class: "table-scroller", attributes: { tabindex: "0" } });
    table.replaceWith(scroller);
    scroller.append(table);
  }
  return fragment;
}

/** The absolute address, or null where it is none that may be opened. */
function address(href: string | null, base: string): string | null {
  if (href === null || !URL.canParse(href, base)) return null;
  try {
    return link(new URL(href, base).href, "link");
  } catch (error) {
    // The shape refuses what must not be opened; such a link is shown as text.
    if (error instanceof AppError && error.code === "invalid_input") return null;
    throw error;
  }
}

function checkLink(anchor: HTMLAnchorElement, base: string): void {
  const href = address(anchor.getAttribute("href"), base);
  if (href === null) {
    anchor.removeAttribute("href");
    return;
  }
  anchor.setAttribute("href", href);
  // Where it leads, even when the text says otherwise.
  anchor.title = href;
}

/** A placeholder that becomes the picture when it comes into sight, where that can be had. */
function picture(image: HTMLImageElement, base: string, context: RichTextContext): HTMLElement {
  const placeholder = imagePlaceholder(image, base, context);
  const source = image.getAttribute("data-source") ?? "";
  if (!/^https?:/i.test(source) || address(source, base) === null) return placeholder;
  whenInSight(placeholder, () => void load());
  async function load(): Promise<void> {
    try {
      const shown = element("img", { attributes: { src: await context.image(source), alt: image.alt } });
      placeholder.classList.replace("image-placeholder", "image");
      placeholder.replaceChildren(shown);
    } catch (error) {
      // The placeholder stays, with the link to the picture, and says why.
      placeholder.title = [errorMessage(error), placeholder.title].join("\n");
    }
  }
  return placeholder;
}

function whenInSight(target: Element, run: () => void): void {
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    observer.disconnect();
    run();
  });
  observer.observe(target);
}

function imagePlaceholder(image: HTMLImageElement, base: string, { locale }: RichTextContext): HTMLElement {
  const alt = image.alt.trim();
  const label = alt === "" ? locale.t("Image") : locale.t("Image: {0}", alt);
  const href = address(image.getAttribute("data-source"), base);
  // Within a link of the text's own, that link stays the one that is followed.
  if (href === null || image.closest("a") !== null) {
    return element("span", { class: "image-placeholder" }, icon("image"), label);
  }
  const opens = locale.t("Not loaded here. Opens {0}", href);
  return element("a", { class: "image-placeholder", attributes: { href, title: opens } }, icon("image"), label);
}

function moveHeading(heading: Element, firstLevel: number): void {
  const level = Math.min(6, Number(heading.tagName.slice(1)) + firstLevel - 1);
  const moved = element(`h${level}`, { class: `written-${heading.tagName.toLowerCase()}` });
  moved.append(...heading.childNodes);
  heading.replaceWith(moved);
}

function makeTask(item: HTMLLIElement, locale: Locale): void {
  const paragraph = item.firstElementChild;
  const parent = paragraph?.tagName === "P" && item.firstChild?.textContent?.trim() === "" ? paragraph : item;
  const text = parent.firstChild;
  if (!(text instanceof Text)) return;
  const mark = /^\[([ xX])\](?=\s)/.exec(text.data);
  if (!mark) return;
  const checked = mark[1] !== " ";
  text.data = text.data.slice(mark[0].length);
  const label = checked ? locale.t("Done") : locale.t("Not done");
  text.before(element("input", { attributes: { type: "checkbox", disabled: true, checked, "aria-label": label } }));
  item.classList.add("task");
}

function wrapCode(pre: HTMLPreElement, { locale, copy }: RichTextContext): void {
  const language = /^language-(.+)$/.exec(pre.querySelector("code")?.className ?? "")?.[1];
  const block = element("div", { class: "code-block" });
  const button = element(
    "button",
    {
      class: "icon-button copy",
      attributes: { type: "button", title: locale.t("Copy"), "aria-label": locale.t("Copy code") },
      onClick: () => void copy(pre.textContent.replace(/\n$/, "")).then(showCopied),
    },
    icon("copy"),
  );
  function showCopied(copied: boolean): void {
    if (copied) button.replaceChildren(icon("check"));
  }
  // Back to the copy icon once the reader turns elsewhere.
  for (const leaving of ["pointerleave", "blur"]) {
    button.addEventListener(leaving, () => button.replaceChildren(icon("copy")));
  }
  pre.replaceWith(block);
  pre.tabIndex = 0;
  pre.setAttribute("role", "region");
  pre.setAttribute("aria-label", language === undefined ? locale.t("Code") : locale.t("Code in {0}", language));
  block.append(pre, button);
}
