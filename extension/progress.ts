import * as vscode from "vscode";
import type { Client } from "../shared/contract/client.ts";
import type { Job } from "../shared/entities/job.ts";
import { AppError, isErrorCode } from "../shared/errors.ts";
import type { Connection } from "./connection/connection.ts";
import type { Model } from "./model/model.ts";

/** How something ended that may be cancelled; failures are thrown. */
export type Outcome<T> = { kind: "done"; value: T } | { kind: "cancelled" };

export interface Report {
  /** A phrase for people; shown after the title. */
  step: string;
  /** 0 while `total` is not known. */
  done?: number;
  total?: number;
}

export interface Jobs {
  connection: Connection;
  model: Model;
}

/** Shows a notification with step names while `run` goes on; its button aborts the signal. */
export async function withProgress<T>(
  title: string,
  run: (report: (report: Report) => void, signal: AbortSignal) => Promise<T>,
): Promise<Outcome<T>> {
  const abort = new AbortController();
  try {
    const value = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      async (progress, token) => {
        token.onCancellationRequested(() => {
          progress.report({ message: vscode.l10n.t("Cancelling…") });
          abort.abort();
        });
        let shown = 0;
        return run(({ step, done = 0, total = 0 }) => {
          if (abort.signal.aborted) return;
          const percent = total > 0 ? Math.min(100, (100 * done) / total) : 0;
          const message = total > 0 ? `${step} (${done}/${total})` : step;
          progress.report({ message, increment: Math.max(0, percent - shown) });
          shown = Math.max(shown, percent);
        }, abort.signal);
      },
    );
    return { kind: "done", value };
  } catch (error) {
    if (abort.signal.aborted && error instanceof AppError && error.code === "cancelled") return { kind: "cancelled" };
    throw error;
  }
}

/**
 * Starts a job of the server and follows it, through the live stream, to its end; aborting cancels it there, and waits
 * until it has undone what it made.
 * @throws AppError the job's error, or `cancelled`
 */
export async function runJob(
  { connection, model }: Jobs,
  start: (client: Client) => Promise<{ jobId: string }>,
  report: (report: Report) => void,
  signal: AbortSignal,
): Promise<Job> {
  signal.throwIfAborted();
  const { jobId } = await connection.request(start);
  const job = await follow({ connection, model }, jobId, report, signal);
  switch (job.status) {
    case "succeeded":
      return job;
    case "cancelled":
      throw new AppError("cancelled", vscode.l10n.t("Cancelled."));
    default: {
      const code = job.error?.code;
      throw new AppError(
        isErrorCode(code) ? code : "internal",
        job.error?.message ?? vscode.l10n.t("The job failed without saying why; see the server's log."),
      );
    }
  }
}

async function follow(
  { connection, model }: Jobs,
  jobId: string,
  report: (report: Report) => void,
  signal: AbortSignal,
): Promise<Job> {
  const { promise, resolve, reject } = Promise.withResolvers<Job>();
  const look = (): void => {
    const job = model.jobs.get(jobId);
    if (job === undefined) return;
    if (isOver(job)) resolve(job);
    else report(job.progress);
  };
  // What the stream said before this window knew the job's id is asked for, now and whenever the stream was cut.
  const ask = (): void => {
    connection.request((client) => client.jobs.get({ id: jobId })).then((job) => model.jobs.put(job), reject);
  };
  const cancel = (): void => {
    connection.request((client) => client.jobs.cancel({ id: jobId })).then((job) => model.jobs.put(job), reject);
  };
  const subscriptions = [
    model.jobs.onDidChange((ids) => {
      if (ids.includes(jobId)) look();
    }),
    connection.onDidChangeState((state) => {
      if (state.kind === "connected") ask();
      else if (state.kind === "disconnected") reject(state.error);
    }),
  ];
  signal.addEventListener("abort", cancel, { once: true });
  try {
    look();
    ask();
    if (signal.aborted) cancel();
    return await promise;
  } finally {
    signal.removeEventListener("abort", cancel);
    for (const subscription of subscriptions) subscription.dispose();
  }
}

function isOver(job: Job): boolean {
  return job.status === "succeeded" || job.status === "failed" || job.status === "cancelled";
}
