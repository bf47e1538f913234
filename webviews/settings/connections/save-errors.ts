import { AppError } from "../../../shared/errors.ts";
import { showErrors } from "../../ui/form.ts";
import type { ConnectionFields } from "./form-fields.ts";
import { problemsOf } from "./values.ts";

/** Shows what the server refused beside its fields. @throws what is about none of them */
export function showRefusal(fields: ConnectionFields, error: unknown): void {
  if (!(error instanceof AppError)) throw error;
  const problems = error.code === "name_taken" ? { name: error.message } : problemsOf(error.errors);
  if (!showErrors(fields, problems)) throw error;
}
