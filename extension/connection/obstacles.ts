import type { AppError } from "../../shared/errors.ts";
import type { Obstacle } from "./state.ts";

/** An address that does not answer is tried again; what only a person can change is not. */
export function needsPerson(error: AppError): boolean {
  return (
    error.data["logFile"] !== undefined ||
    error.data["sharedServer"] === true ||
    ["unauthenticated", "forbidden", "conflict", "invalid_input", "unsafe_path"].includes(error.code)
  );
}

/** What the views say stands in the way. */
export function obstacleOf({ code, data }: AppError): Obstacle {
  if (data["hostIdentity"] === true) return code === "forbidden" ? "unknownHere" : "notAdmitted";
  if (code === "unauthenticated") return "signedOut";
  if (code === "conflict" && data["upgrade"] !== undefined) return "incompatible";
  return "noServer";
}
