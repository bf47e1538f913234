import assert from "node:assert/strict";
import { AppError, type ErrorCode } from "../../shared/errors.ts";

/** For `assert.throws` and `assert.rejects`: an AppError with this code whose message has all these words. */
export function withCode(code: ErrorCode, ...words: string[]): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof AppError, `an AppError was expected, not ${String(error)}`);
    assert.equal(error.code, code, error.message);
    for (const word of words) assert.ok(error.message.includes(word), `"${error.message}" should say ${word}`);
    return true;
  };
}
