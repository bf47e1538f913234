import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

export interface MetricsSources {
  /** How many live streams are open. */
  streams: () => number;
}

/** What `/metrics` shows, in Prometheus' text format. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram<"operation" | "status">;

  constructor(sources: MetricsSources) {
    collectDefaultMetrics({ register: this.#registry });
    this.#requests = new Histogram({
      name: "aiops_operation_duration_seconds",
      help: "Duration of operations by name and status",
      labelNames: ["operation", "status"],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
      registers: [this.#registry],
    });
    const streams: Gauge = new Gauge({
      name: "aiops_event_streams",
      help: "Open event streams",
      registers: [this.#registry],
      collect: (): void => streams.set(sources.streams()),
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** @param seconds how long the operation took */
  observe(operation: string, status: number, seconds: number): void {
    this.#requests.observe({ operation, status }, seconds);
  }

  render(): Promise<string> {
    return this.#registry.metrics();
  }
}
