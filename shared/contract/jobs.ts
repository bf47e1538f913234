import * as z from "zod";
import { id, pageOf, pageQuery } from "../entities/common.ts";
import { job, jobStatus } from "../entities/job.ts";
import { on, operation } from "./operation.ts";

/** What an operation answers (202) that goes on after the answer. */
export const jobAccepted = z.object({ jobId: id });

export const jobs = {
  list: operation
    .route({ method: "GET", path: "/api/jobs", summary: "List one's jobs, newest first", tags: ["jobs"] })
    .meta({ capability: "self", effect: "read", scope: [], example: {} })
    .input(z.object({ ...pageQuery, status: jobStatus.optional() }))
    .output(pageOf(job)),
  get: operation
    .route({
      method: "GET",
      path: "/api/jobs/{id}",
      summary: "Read one job: progress, error or result",
      tags: ["jobs"],
    })
    .meta({ capability: "self", effect: "read", scope: [on("job")], example: {} })
    .input(z.object({ id }))
    .output(job),
  cancel: operation
    .route({
      method: "POST",
      path: "/api/jobs/{id}/cancel",
      summary: "Cancel a job; it undoes what it made",
      tags: ["jobs"],
    })
    .meta({ capability: "self", effect: "write", scope: [on("job")], example: {} })
    .input(z.object({ id }))
    .output(job),
};
