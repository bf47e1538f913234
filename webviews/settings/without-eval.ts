import { config } from "zod";

// Must be the first import: schemas made before it try whether `eval` works, which the page's policy reports as a breach.
config({ jitless: true });
