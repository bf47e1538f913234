import { AppError } from "../../shared/errors.ts";
import type { Locale } from "./locale.ts";
import type { Notices } from "./notices.ts";
import { createMarkdown } from "./markdown.ts";
import type { RichTextContext } from "./rich-text.ts";
import { createSlices } from "./slices.ts";

export interface RichTextHost {
  copy: (text: string) => Promise<unknown>;
  /** A picture of the text, as a `data:` address. */
  image: (url: string) => Promise<{ dataUrl: string }>;
}

/** What rich text is drawn with: copying and pictures go through the host, each picture asked for once. */
export function richTextContext(host: RichTextHost, locale: Locale, notices: Notices): RichTextContext {
  const { t } = locale;
  const pictures = new Map<string, Promise<string>>();

  async function copy(text: string): Promise<boolean> {
    try {
      const copied = (await host.copy(text)) === "done";
      if (copied) notices.announce(t("Copied"));
      return copied;
    } catch (error) {
      notices.fail(t("Copying failed."), error);
      return false;
    }
  }

  function image(url: string): Promise<string> {
    const known = pictures.get(url);
    if (known !== undefined) return known;
    const asked = host.image(url).then(({ dataUrl }) => {
      if (/^data:image\/(?:png|jpeg|gif|webp|avif);base64,/.test(dataUrl)) return dataUrl;
      throw new AppError("invalid_input", t("This is no picture that is shown here."));
    });
    pictures.set(url, asked);
    asked.catch(() => pictures.delete(url));
    return asked;
  }

  return { locale, slices: createSlices(), render: createMarkdown(), copy, image };
}
