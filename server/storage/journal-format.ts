import { crc32 } from "node:zlib";

/** One change of a collection: a record as it is now, or the id of one that is gone. */
export type JournalOperation = { put: unknown } | { del: string };

/**
 * What one append (one sync) holds. `first` is the sequence number of its first operation; numbers have no gaps.
 * A frame is one line, `<crc32 as 8 hex digits> <JSON>\n`, so a frame is either wholly there or not at all.
 */
export interface JournalFrame {
  first: number;
  ops: JournalOperation[];
}

export interface ParsedJournal {
  frames: JournalFrame[];
  /** Bytes of good frames; what follows is a torn tail. */
  goodBytes: number;
  /** Byte offset of a damaged frame that has good ones after it, which no crash can cause; null when sound. */
  damagedAt: number | null;
}

export function crcText(bytes: string | Uint8Array, initial = 0): string {
  return crc32(bytes, initial).toString(16).padStart(8, "0");
}

export function encodeFrame(frame: JournalFrame): Buffer {
  const json = JSON.stringify(frame);
  return Buffer.from(`${crcText(json)} ${json}\n`);
}

const newline = 0x0a;
const prefixLength = 9;

function decodeFrame(line: Buffer): JournalFrame | undefined {
  if (line.length <= prefixLength) return undefined;
  const json = line.subarray(prefixLength);
  if (line.toString("latin1", 0, prefixLength) !== `${crcText(json)} `) return undefined;
  // The checksum vouches for the text: it is what encodeFrame wrote.
  return JSON.parse(json.toString("utf8")) as JournalFrame;
}

/**
 * Reads a journal. Every frame is synced before the next is begun, so a crash can only damage the last one: that is a
 * torn tail, of a write nobody was told about. A damaged frame with a good one behind it is real damage.
 */
export function parseJournal(bytes: Buffer): ParsedJournal {
  const frames: JournalFrame[] = [];
  let goodBytes = 0;
  let firstBad: number | null = null;
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(newline, start);
    const frame = end === -1 ? undefined : decodeFrame(bytes.subarray(start, end));
    const next = end === -1 ? bytes.length : end + 1;
    if (frame === undefined) firstBad ??= start;
    else if (firstBad !== null) return { frames, goodBytes, damagedAt: firstBad };
    else {
      frames.push(frame);
      goodBytes = next;
    }
    start = next;
  }
  return { frames, goodBytes, damagedAt: null };
}
