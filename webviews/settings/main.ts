import "./without-eval.ts";
import "../ui/theme.css";
import "../ui/forms.css";
import "./settings.css";
import { savedSettings, toSettingsHost, toSettingsPanel } from "../../shared/messages/settings-panel.ts";
import { connectHost } from "../ui/messaging.ts";
import { panelRoot, readKept, startPage } from "../ui/start-page.ts";
import { createFrame, type Frame } from "./frame.ts";

void startPage(panelRoot(), {
  connect: (toDrawing: (tell: (frame: Frame) => void) => void) =>
    connectHost({
      ours: toSettingsPanel,
      theirs: toSettingsHost,
      handlers: {
        show: (state) => toDrawing((frame) => frame.show(state)),
        surroundings: (next) => toDrawing((frame) => frame.updateSurroundings(next)),
        offer: ({ pages }) => toDrawing((frame) => frame.offer(pages)),
        go: (place) => toDrawing((frame) => frame.go(place)),
      },
      onRefused: (error) => reportError(error),
    }),
  ready: (host) => host.ask("ready"),
  openLink: (host, url) => host.ask("openLink", { url }),
  saved: savedSettings,
  draw: (root, context, saved, { kept, place }) =>
    createFrame(root, context, saved ?? readKept(savedSettings, kept), place),
});
