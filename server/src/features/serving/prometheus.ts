import { Counter, Gauge, type Registry } from 'prom-client';
import type { Gateway } from '../../gateway/index.ts';

const LABELS = ['service', 'version', 'role'] as const;

/** Shows the gateway's own counters to Prometheus; they are read when somebody asks, not kept twice. */
export function exportMetrics(registry: Registry, gateway: Gateway): void {
  const counter = (name: string, help: string, labelNames: readonly string[] = LABELS) =>
    new Counter({ name: `topsdl_service_${name}`, help, labelNames, registers: [] });
  const errors = counter('errors_total', 'Requests that ended in a 5xx or without an answer');
  const seconds = counter('request_seconds_sum', 'Time that requests took in all');
  const latency = counter('request_seconds_bucket', 'Requests by the time they took at most', [
    ...LABELS,
    'le'
  ]);
  const inFlight = new Gauge({
    name: 'topsdl_service_requests_in_flight',
    help: 'Requests that are under way',
    labelNames: LABELS,
    registers: []
  });
  const requests = new Counter({
    name: 'topsdl_service_requests_total',
    help: 'Requests to services that have ended',
    labelNames: LABELS,
    registers: [],
    // Asked first, it brings the others up to date as well.
    collect() {
      [this, errors, seconds, latency, inFlight].forEach(metric => metric.reset());
      for (const counted of gateway.counters()) {
        const { serviceId: service, versionId: version, role } = counted;
        const labels = { service, version, role };
        this.inc(labels, counted.totals.requests);
        errors.inc(labels, counted.totals.errors);
        inFlight.set(labels, counted.inFlight);
        seconds.inc(labels, counted.latency.sumSeconds);
        const { bounds, counts, count } = counted.latency;
        bounds.forEach((bound, i) => latency.inc({ ...labels, le: String(bound) }, counts[i] ?? 0));
        latency.inc({ ...labels, le: '+Inf' }, count);
      }
    }
  });
  [requests, errors, seconds, latency, inFlight].forEach(metric => registry.registerMetric(metric));
}
