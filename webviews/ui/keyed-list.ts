/**
 * Keeps a list of rows true. A row is drawn anew only where what it shows is another, so that the focus stays where it is.
 * @returns takes what is shown now, in order; `drawOn` is what rows show besides their own item
 */
export function keyedRows<T extends { id: string }, D>(
  list: HTMLElement,
  draw: (item: T, drawOn: D) => HTMLElement,
): (items: readonly T[], drawOn: D) => void {
  const rows = new Map<string, { seen: string; element: HTMLElement }>();
  return (items, drawOn) => {
    const shown = items.map((item) => {
      const seen = JSON.stringify([item, drawOn]);
      const before = rows.get(item.id);
      const row = before?.seen === seen ? before : { seen, element: draw(item, drawOn) };
      rows.set(item.id, row);
      return row.element;
    });
    const focused = Array.from(list.children).findIndex((row) => row.contains(document.activeElement));
    arrangeChildren(list, shown);
    list.hidden = shown.length === 0;
    if (focused === -1 || list.contains(document.activeElement)) return;
    // Its row went, or was drawn anew: on to what stands in its place.
    const next = list.children[Math.min(focused, shown.length - 1)];
    next?.querySelector<HTMLElement>("button, vscode-button")?.focus();
  };
}

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
