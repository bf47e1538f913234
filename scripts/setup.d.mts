/** Something that could not be provided: what, what wants it, and what a person can do. */
export interface Missing {
  what: string;
  why: string;
  hand: string;
}

/** `build`: Node.js and the dependencies; `run`: what `npm start` needs; `test`: what `npm test` needs. */
export type Level = "build" | "run" | "test";

/** Where the provided parts stand. */
export interface Setup {
  /** The product's Node.js. */
  node: string;
  /** The folder of the npm package code-server; absent where it is not installed. */
  codeServerDir: string | undefined;
  /** The Chromium of this machine. */
  chromium: string | undefined;
  missing: Missing[];
}

/**
 * Provides what is missing; quick when nothing is. Rejects when Node.js or the dependencies cannot be installed:
 * nothing works without them.
 */
export function setup(level: Level): Promise<Setup>;
/** As `setup`; where it cannot go on it says what to do and ends the process with 1. */
export function setupOrExit(level: Level): Promise<Setup>;
