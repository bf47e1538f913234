import { element } from "./dom.ts";

/** The reader's language: words, numbers and times. */
export interface Locale {
  language: string;
  /** The translation of an English text, `{0}`, `{1}` … replaced; the text itself where there is none. */
  t: (english: string, ...values: (string | number)[]) => string;
  number: (value: number) => string;
  /** A `<time>`: how long ago, with the whole date and time as its title. */
  time: (iso: string) => HTMLElement;
  /** Writes every `<time>` below `root` anew, as minutes pass. */
  refreshTimes: (root: ParentNode) => void;
}

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * 24 * 3600],
  ["month", 30 * 24 * 3600],
  ["week", 7 * 24 * 3600],
  ["day", 24 * 3600],
  ["hour", 3600],
  ["minute", 60],
];

/**
 * Builds the locale from what the host told: a BCP 47 language and translations by English text, as `vscode.l10n` keeps
 * them. An unknown language falls back to English forms.
 */
export function createLocale(
  { language, translations }: { language: string; translations: Record<string, string> },
  now: () => number = Date.now,
): Locale {
  const tag = Intl.DateTimeFormat.supportedLocalesOf(safeTag(language))[0] ?? "en";
  const numbers = new Intl.NumberFormat(tag);
  const relative = new Intl.RelativeTimeFormat(tag, { numeric: "auto" });
  const absolute = new Intl.DateTimeFormat(tag, { dateStyle: "full", timeStyle: "short" });

  const t: Locale["t"] = (english, ...values) => {
    const pattern = Object.hasOwn(translations, english) ? (translations[english] ?? english) : english;
    return pattern.replace(/\{(\d+)\}/g, (whole, index) => String(values[Number(index)] ?? whole));
  };

  function ago(iso: string): string {
    const seconds = (new Date(iso).getTime() - now()) / 1000;
    for (const [unit, length] of units) {
      if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
    }
    return t("just now");
  }

  return {
    language: tag,
    t,
    number: (value) => numbers.format(value),
    time: (iso) => element("time", { attributes: { datetime: iso, title: absolute.format(new Date(iso)) } }, ago(iso)),
    refreshTimes: (root) => {
      for (const time of root.querySelectorAll("time")) time.textContent = ago(time.dateTime);
    },
  };
}

function safeTag(language: string): string[] {
  return /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(language) ? [language] : [];
}
