/** A tracker's word for a state as it is compared: without case, outer space and differences of form. */
export function foldStatus(word: string): string {
  return word.normalize("NFKC").trim().toLowerCase();
}
