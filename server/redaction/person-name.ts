/** What is shown of a person: first name and initial of the surname, as `John S.`; of a lone surname the initial. */
export function shownName(first: string | undefined, surname: string): string {
  const [letters = ""] = /\p{L}/u.exec(surname) ?? [];
  const initial = `${letters.toUpperCase()}.`;
  return first === undefined || first === "" ? initial : `${capitalised(first)} ${initial}`;
}

/** A name's letters alone, so that it can stand in JSON as well, with a capital first. */
export function capitalised(name: string): string {
  const plain = name.replace(/[^\p{L}\p{M}' -]/gu, "");
  return (
    plain.charAt(0).toUpperCase() +
    (/^\p{Lu}+$/u.test(plain) && plain.length > 1 ? plain.slice(1).toLowerCase() : plain.slice(1))
  );
}
