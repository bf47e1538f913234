import {
  openChannel,
  type Channel,
  type ChannelOptions,
  type Message,
  type Surface,
} from "../../shared/messages/channel.ts";

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export interface Host<Theirs extends Surface> extends Channel<Theirs> {
  /** What this panel kept before it was hidden or the window reloaded; whoever reads it checks its shape. */
  saved(): unknown;
  /** Keeps something for `saved` and the host's serializer. It is written to disk: of texts only what the person writes, never a secret. */
  save(state: unknown): void;
}

/** Connects the page to its extension host. Once per page: VS Code hands its interface out a single time. */
export function connectHost<Ours extends Surface, Theirs extends Surface>(
  options: Omit<ChannelOptions<Ours, Theirs>, "post">,
): Host<Theirs> {
  const api = acquireVsCodeApi();
  const channel = openChannel<Ours, Theirs>({ ...options, post: (message: Message) => api.postMessage(message) });
  window.addEventListener("message", (event: MessageEvent<unknown>) => void channel.receive(event.data));
  return { ...channel, saved: () => api.getState(), save: (state) => api.setState(state) };
}
