import type { Client } from "../../shared/contract/client.ts";
import type { Job } from "../../shared/entities/job.ts";
import { AppError, isErrorCode } from "../../shared/errors.ts";
import { isRecord } from "../../shared/values.ts";
import type { Output } from "./output.ts";

/**
 * Follows a job over the event stream, writing its steps to standard error, until it ends; Ctrl-C cancels it.
 * @throws AppError with the job's own code where it failed
 */
export async function followJob(client: Client, jobId: string, name: string, output: Output): Promise<Job> {
  const controller = new AbortController();
  const cancel = () => void client.jobs.cancel({ id: jobId }).catch((error: unknown) => controller.abort(error));
  process.once("SIGINT", cancel);
  try {
    const stream = await client.events.stream(undefined, { signal: controller.signal });
    let step = "";
    const tell = (job: Job) => {
      const line = `${name}: ${job.progress.step}${job.progress.total > 0 ? ` ${job.progress.done}/${job.progress.total}` : ""}`;
      if (line !== step) output.err(`${line}\n`);
      step = line;
    };
    for await (const event of stream) {
      const mine = event.entity === "job" && event.id === jobId;
      if (!mine && event.entity !== "stream") continue;
      // The job may have ended before the stream began, so it is read once when the stream is live.
      const job = mine && isRecord(event.data) ? (event.data as unknown as Job) : await client.jobs.get({ id: jobId });
      tell(job);
      if (job.status !== "running" && job.status !== "queued") return finished(job, name);
    }
    return finished(await client.jobs.get({ id: jobId }), name);
  } finally {
    process.off("SIGINT", cancel);
    controller.abort();
  }
}

function finished(job: Job, name: string): Job {
  if (job.status === "succeeded") return job;
  const code = job.error?.code;
  throw new AppError(
    isErrorCode(code) ? code : "internal",
    `${name}: ${job.error?.message ?? `the job is ${job.status}`}`,
  );
}
