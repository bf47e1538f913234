/** Work cut into pieces, so that the page answers the reader between them. */
export interface Slices {
  /** Queues a piece; pieces run in order. One should take a few milliseconds. */
  add(piece: () => void): void;
  /** Forgets what has not run yet. */
  clear(): void;
  /** Resolves when nothing is queued. */
  idle(): Promise<void>;
}

/** Milliseconds of work after which the page may paint and take input. */
const budget = 12;

/** A queue that runs in slices of about 12 ms and lets the page paint and take input in between. */
export function createSlices(): Slices {
  let pieces: (() => void)[] = [];
  let waiting: (() => void)[] = [];
  let scheduled = false;

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setTimeout(run, 0);
  }

  function run(): void {
    scheduled = false;
    const deadline = performance.now() + budget;
    try {
      while (pieces.length > 0 && performance.now() < deadline) pieces.shift()?.();
    } finally {
      if (pieces.length > 0) schedule();
      else settle();
    }
  }

  function settle(): void {
    const settled = waiting;
    waiting = [];
    for (const resolve of settled) resolve();
  }

  return {
    add: (piece) => {
      pieces.push(piece);
      schedule();
    },
    clear: () => {
      pieces = [];
      settle();
    },
    idle: () =>
      new Promise((resolve) => {
        if (pieces.length === 0) resolve();
        else waiting.push(resolve);
      }),
  };
}
