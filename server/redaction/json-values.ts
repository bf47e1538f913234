/**
 * Tells whether a place of a JSON text stands outside its strings, so that what replaces a number there must be quoted.
 * Undefined where the text is no JSON: one document, or one on each line.
 */
export function outsideStrings(text: string): ((place: number) => boolean) | undefined {
  if (!/^\s{0,100}[[{]/u.test(text) || !(isJson(text) || isJsonLines(text))) return undefined;
  const inside = new Uint8Array(text.length);
  let open = false;
  for (let index = 0; index < text.length; index += 1) {
    const letter = text.charAt(index);
    if (open) inside[index] = 1;
    if (letter === "\\" && open) {
      index += 1;
      inside[index] = 1;
    } else if (letter === '"') open = !open;
  }
  return (place) => inside[place] === 0;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function isJsonLines(text: string): boolean {
  return text.split("\n").every((line) => line.trim() === "" || isJson(line));
}
