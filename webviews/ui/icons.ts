const namespace = "http://www.w3.org/2000/svg";

// Drawn on a 16 × 16 grid with a stroke of 1.2, so that they sit beside VS Code's own icons.
const strokes = {
  open: "M8 1.6a6.4 6.4 0 1 0 0 12.8a6.4 6.4 0 1 0 0-12.8M8 7a1 1 0 1 0 0 2a1 1 0 1 0 0-2",
  closed: "M8 1.6a6.4 6.4 0 1 0 0 12.8a6.4 6.4 0 1 0 0-12.8M5.2 8.2l2 2l3.8-4.2",
  play: "M4.5 2.6v10.8L13 8z",
  file: "M9.5 1.6H3.6v12.8h8.8V4.6zM9.4 1.8v3h2.8M5.6 8h4.8M5.6 10.6h4.8",
  external: "M6.5 3H2.8v10.2H13V9.5M9 2.2h4.8V7M13.6 2.4L7 9",
  refresh: "M13.2 6.2A5.6 5.6 0 1 0 13.6 8M13.6 2.4v3.9H9.8",
  copy: "M5.2 5.2V1.8h9v9h-3.4M1.8 5.2h9v9h-9z",
  check: "M2.6 8.6l3.6 3.6l7.2-8.4",
  image: "M1.8 2.6h12.4v10.8H1.8zM2 11.6l3.8-4l2.8 2.8l2-2l3.4 3.4M10.6 5.2a.6.6 0 1 0 0 1.2a.6.6 0 1 0 0-1.2",
  terminal: "M1.6 2.6h12.8v10.8H1.6zM4 5.8l2.4 2.1L4 10M8 10.4h3.6",
  close: "M3.4 3.4l9.2 9.2M12.6 3.4l-9.2 9.2",
  warning: "M8 2L14.6 13.6H1.4zM8 6.2v3.4M8 11.4v.4",
  offline: "M1.6 8h3M11.4 8h3M4.6 5.2v5.6M11.4 5.2v5.6M6.4 10.6l3.2-5.2",
  working: "M8 1.8a6.2 6.2 0 0 1 6.2 6.2M8 14.2A6.2 6.2 0 0 1 1.8 8",
  waiting: "M8 2.2a4 4 0 0 0-4 4v3.2L2.6 11.6h10.8L12 9.4V6.2a4 4 0 0 0-4-4M6.6 13.6a1.5 1.5 0 0 0 2.8 0",
  idle: "M8 1.8a6.2 6.2 0 1 0 0 12.4a6.2 6.2 0 1 0 0-12.4M6.4 5.8v4.4M9.6 5.8v4.4",
  ended: "M8 1.8a6.2 6.2 0 1 0 0 12.4a6.2 6.2 0 1 0 0-12.4M5.8 8h4.4",
  edit: "M10.8 2.4l2.8 2.8L5.4 13.4l-3.4.6l.6-3.4zM9.2 4l2.8 2.8",
  queued: "M8 1.8a6.2 6.2 0 1 0 0 12.4a6.2 6.2 0 1 0 0-12.4M8 4.6V8l2.4 1.6",
  add: "M8 2.6v10.8M2.6 8h10.8",
  back: "M13.4 8H2.8M7.2 3.6L2.8 8l4.4 4.4",
  key: "M5.2 7.6a2.9 2.9 0 1 0 .1 0M7.3 8.4l6-6M11 4.8l1.8 1.8",
  lock: "M3.4 7.2h9.2v6.8H3.4zM5.2 7.2V5a2.8 2.8 0 0 1 5.6 0v2.2M8 9.8v1.8",
  link: "M6.6 9.4a2.8 2.8 0 0 0 4 0l2.6-2.6a2.8 2.8 0 0 0-4-4l-.9.9M9.4 6.6a2.8 2.8 0 0 0-4 0L2.8 9.2a2.8 2.8 0 0 0 4 4l.9-.9",
  tenant: "M2.6 14.2V2.2h6.6v12M9.2 6.4h4.2v7.8M1.4 14.2h13.2M5 5.2h1.8M5 8h1.8M5 10.8h1.8",
  person: "M8 1.8a2.9 2.9 0 1 0 0 5.8a2.9 2.9 0 1 0 0-5.8M2.4 14.2c.3-3 2.6-4.6 5.6-4.6s5.3 1.6 5.6 4.6",
  project: "M1.8 3.2h4.6l1.6 1.9h6.2v8.1H1.8z",
  trash: "M2.6 4h10.8M6 3.8V2.2h4v1.6M4 4.2l.7 9.6h6.6l.7-9.6M6.8 6.8v4.4M9.2 6.8v4.4",
  // Of the trackers: drawn after what people know them by, not their marks.
  github:
    "M3.4 6.9V2.4l2.7 1.4a7.6 7.6 0 0 1 3.8 0l2.7-1.4v4.5a4.6 3.9 0 1 1-9.2 0M6.4 10.9v3M9.6 10.9v3M6.3 12.6c-1.6.6-2.2-.2-2.9-1.2",
  gitlab: "M8 14L1.8 9.2l2-6.8l1.9 4.4h4.6l1.9-4.4l2 6.8zM8 14L5.7 6.8M8 14l2.3-7.2",
  jira: "M8 1.6l6.4 6.4L8 14.4L1.6 8zM8 5.6L10.4 8L8 10.4L5.6 8z",
  lost: "M8 1.8a6.2 6.2 0 1 0 0 12.4a6.2 6.2 0 1 0 0-12.4M6 6a2 2 0 1 1 2.8 1.9C8.2 8.2 8 8.4 8 9.2M8 11.2v.2",
} as const;

export type IconName = keyof typeof strokes;

/** A drawing beside a text that says the same; hidden from screen readers. */
export function icon(name: IconName): SVGSVGElement {
  const drawing = document.createElementNS(namespace, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" })) {
    drawing.setAttribute(key, value);
  }
  drawing.setAttribute("class", `icon icon-${name}`);
  const line = document.createElementNS(namespace, "path");
  line.setAttribute("d", strokes[name]);
  drawing.append(line);
  return drawing;
}
