/** Runs `work` while holding a lock file; a lock left by a process that has ended is taken over. */
export function withLock<T>(file: string, onWait: (owner: number) => void, work: () => Promise<T>): Promise<T>;
