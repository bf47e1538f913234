/**
 * Makes a list's children exactly these, in this order. A child is moved only where it is not in its place already:
 * moving an element would drop the focus within.
 */
export function arrangeChildren(list: Element, wanted: readonly Element[]): void {
  const kept = new Set(wanted);
  for (const child of Array.from(list.children)) if (!kept.has(child)) child.remove();
  let place = list.firstElementChild;
  for (const child of kept) {
    if (child === place) place = place.nextElementSibling;
    else list.insertBefore(child, place);
  }
}
