// Redaction: how fast it is, and what it finds in labelled text.
// npm run bench -- redaction
// AIOPS_BENCH_LABELLED=FILE adds labelled texts as Microsoft's presidio-research has them (full_text, spans).
import { readFile } from "node:fs/promises";
import { redactTexts } from "../../server/redaction/engine.ts";
import { nothingKnown } from "../../server/redaction/known-entities.ts";
import { measure, readLabelled, type Figures, type Labelled } from "../fixtures/redaction/labelled.ts";

const runs = 5;
const size = 1_000_000;

const redact = (text: string) => {
  const [redacted] = redactTexts({ texts: [text], policy: "phi", known: nothingKnown }).texts;
  if (redacted === undefined) throw new Error("no text came back");
  return redacted;
};

/** Megabytes per second of processor time, the median of some runs. */
function speed(text: string): number {
  const seconds = Array.from({ length: runs }, () => {
    const before = process.cpuUsage();
    redact(text);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  }).sort((a, b) => a - b);
  return Buffer.byteLength(text) / 1e6 / (seconds[Math.floor(runs / 2)] ?? Number.NaN);
}

function report(title: string, { kinds, others }: Figures): void {
  console.log(
    `${title}: of other words ${((100 * others.gone) / others.all).toFixed(2)} % removed (${String(others.all)} words)`,
  );
  for (const [kind, { all, gone }] of kinds)
    console.log(`  ${kind}: ${String(gone)} of ${String(all)} = ${(gone / all).toFixed(3)}`);
}

interface PresidioItem {
  full_text: string;
  spans: { entity_type: string; start_position: number; end_position: number; entity_value: string }[];
}

const presidioKinds = new Map([
  ["PERSON", "PERSON"],
  ["EMAIL_ADDRESS", "EMAIL_ADDRESS"],
  ["PHONE_NUMBER", "PHONE_NUMBER"],
  ["US_SSN", "US_SSN"],
  ["CREDIT_CARD", "CREDIT_CARD"],
  ["IP_ADDRESS", "IP_ADDRESS"],
  ["DATE_TIME", "DATE_TIME"],
  ["US_DRIVER_LICENSE", "US_DRIVER_LICENSE"],
  ["GPE", "LOCATION"],
  ["LOCATION", "LOCATION"],
  ["STREET_ADDRESS", "STREET_ADDRESS"],
  ["ADDRESS", "STREET_ADDRESS"],
  ["ZIP_CODE", "LOCATION"],
]);

/** Names of one word count by themselves: a first name alone is what the policy would show. */
async function readPresidio(file: string): Promise<Labelled[]> {
  const items = JSON.parse(await readFile(file, "utf8")) as PresidioItem[];
  return items.map(({ full_text: text, spans }) => ({
    text,
    spans: spans.map(({ entity_type: type, start_position: start, end_position: end, entity_value: value }) => {
      const kind = presidioKinds.get(type) ?? `other (${type})`;
      return { kind: kind === "PERSON" && !/\s/u.test(value.trim()) ? "PERSON of one word" : kind, start, end };
    }),
  }));
}

const texts = (await readLabelled("tuning")).map(({ text }) => text).join("\n\n");
const tickets = texts.repeat(Math.ceil(size / texts.length)).slice(0, size);
const source = await readFile(new URL("../../server/app.ts", import.meta.url), "utf8");
const code = source.repeat(Math.ceil(size / source.length)).slice(0, size);
redact(tickets);
console.log(`tickets full of persons and numbers: ${speed(tickets).toFixed(2)} MB/s of processor time (goal: 1)`);
console.log(`code: ${speed(code).toFixed(2)} MB/s`);
report("held-out half", measure(await readLabelled("held-out"), redact));
const file = process.env["AIOPS_BENCH_LABELLED"];
if (file !== undefined) report(file, measure(await readPresidio(file), redact));
