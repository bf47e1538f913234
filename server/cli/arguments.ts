import { InvalidArgumentError } from "commander";

/** An option's whole number; the answer to another text names the option. */
export function wholeNumber(value: string): number {
  if (!/^\d{1,15}$/.test(value)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(value);
}

/** An option's number of minutes, which may have a fraction. */
export function minutes(value: string): number {
  if (!/^\d{1,9}(\.\d{1,9})?$/.test(value)) throw new InvalidArgumentError("It must be a number of minutes.");
  return Number(value);
}

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** A method of HTTP that the API has, in capitals. */
export function httpMethod(value: string): string {
  const method = value.toUpperCase();
  if (!methods.includes(method)) throw new InvalidArgumentError(`It must be one of ${methods.join(", ")}.`);
  return method;
}
