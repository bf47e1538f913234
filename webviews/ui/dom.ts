export type Child = Node | string | null;

export interface Properties {
  class?: string;
  /** Attributes as written in HTML; `false` and `null` leave one out, `true` writes it empty. */
  attributes?: Record<string, string | boolean | null>;
  /** Called on a click, and so by Enter and Space where the element is a button. */
  onClick?: () => void;
}

/**
 * Makes an element. Text is always text: there is no way to pass markup, which only the sanitiser turns into elements.
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties?: Properties,
  ...children: Child[]
): HTMLElementTagNameMap[K];
export function element(tag: string, properties?: Properties, ...children: Child[]): HTMLElement;
export function element(tag: string, properties: Properties = {}, ...children: Child[]): HTMLElement {
  const made = document.createElement(tag);
  if (properties.class !== undefined) made.className = properties.class;
  for (const [name, value] of Object.entries(properties.attributes ?? {})) setAttribute(made, name, value);
  if (properties.onClick) made.addEventListener("click", properties.onClick);
  made.append(...children.filter((child) => child !== null));
  return made;
}

export function setAttribute(target: Element, name: string, value: string | boolean | null): void {
  if (value === false || value === null) target.removeAttribute(name);
  else target.setAttribute(name, value === true ? "" : value);
}

/** Replaces the children, leaving a focused child alone where it stays. */
export function replaceChildren(parent: Element, ...children: Child[]): void {
  parent.replaceChildren(...children.filter((child) => child !== null));
}
