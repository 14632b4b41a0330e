"""Owns the figures for a monitoring system: how requests fare, and how the work goes that waits.

Nothing here tells who sends answers or when: requests of respondents are not counted at all, only our own failures are,
and letters are counted in powers of ten. docs/decisions/0011-no-line-and-no-count-per-send.md says why.
"""

import os
from collections.abc import Iterable
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from app.service.health import Workload

#: Where several processes keep their counts together; the library itself reads this variable.
SHARED_COUNTS = "PROMETHEUS_MULTIPROC_DIR"


class Metrics:
    """What this service counted since it started; all of its processes together."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "rolvast_requests",
            "Requests of offices, readers and programs, by template of the path. Those of respondents are not counted.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "rolvast_request_seconds",
            "How long those requests took.",
            ("method", "route"),
            buckets=(0.005, 0.02, 0.1, 0.5, 2, 10),
            registry=self._registry,
        )
        self._failures = Counter(
            "rolvast_server_errors",
            "Requests that we could not answer (status 500 and up), of everybody.",
            ("status",),
            registry=self._registry,
        )

        # The same few labels come back with every request; each is looked up once.
        self._counted = cache(lambda method, route, status: self._requests.labels(method, route, str(status)))
        self._timed = cache(self._seconds.labels)

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        self._counted(method, route, status).inc()
        self._timed(method, route).observe(seconds)

    def count_failure(self, status: int) -> None:
        self._failures.labels(str(status)).inc()

    def text(self, workload: Workload | None) -> bytes:
        """Everything in the text format of Prometheus. `workload`: None when the service is not ready."""
        counts = self._registry
        if os.environ.get(SHARED_COUNTS):
            counts = CollectorRegistry()
            MultiProcessCollector(counts)  # type: ignore[no-untyped-call]  # it has no types
        gauges = CollectorRegistry()
        gauges.register(_Gauges(workload))
        return generate_latest(counts) + generate_latest(gauges)


class _Gauges(Collector):
    """The work that waits, as the database has it at this moment."""

    def __init__(self, workload: Workload | None) -> None:
        self._workload = workload

    def collect(self) -> Iterable[Metric]:
        found = self._workload
        yield GaugeMetricFamily("rolvast_ready", "1 when the service can work.", value=0 if found is None else 1)
        if found is None:
            return
        states = GaugeMetricFamily("rolvast_assessments", "Assessments of all offices, by state.", labels=["state"])
        for state, number in sorted(found.assessments.items()):
            states.add_metric([state], number)
        yield states
        yield GaugeMetricFamily(
            "rolvast_closings_overdue", "Open assessments whose last day is over.", value=found.closings_overdue
        )
        yield GaugeMetricFamily(
            "rolvast_letters_waiting", "Letters that wait, rounded up to a power of ten.", value=found.letters_waiting
        )
        yield GaugeMetricFamily(
            "rolvast_letters_failed",
            "Letters that could not leave yet and are tried again, rounded up to a power of ten.",
            value=found.letters_failed,
        )
        yield GaugeMetricFamily(
            "rolvast_letter_overdue_seconds",
            "How long the letter that should have left first is late.",
            value=found.letter_overdue.total_seconds(),
        )
        if found.last_round is not None:
            yield GaugeMetricFamily(
                "rolvast_worker_last_round_timestamp_seconds",
                "When a worker last came round, of whichever process; noted once a minute.",
                value=found.last_round.timestamp(),
            )
