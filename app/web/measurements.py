"""What the site measures of itself, in a registry of its own: requests by route, and how long they take."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class Measurements:
    """Counters of one app. Two apps in one process do not mix."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "hallway_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "hallway_request_seconds", "Seconds to answer.", ("route",), registry=self.registry, buckets=BUCKETS
        )

        self._jobs = Gauge("hallway_jobs", "Jobs of the base.", ("state",), registry=self.registry)
        self._workers = Gauge("hallway_workers", "Workers that gave a sign of late.", registry=self.registry)

    def note_jobs(self, counts: Mapping[str, int], workers: int) -> None:
        """Keep how many jobs are in each state, and how many workers there are."""
        for state, count in counts.items():
            self._jobs.labels(state=state).set(count)
        self._workers.set(workers)

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; `route` is the template, never the address asked for."""
        self._requests.labels(method=method, route=route, status=str(status)).inc()
        self._seconds.labels(route=route).observe(seconds)

    def as_text(self) -> bytes:
        """Everything in the text format of Prometheus."""
        return generate_latest(self.registry)
