"""Gauges whose values are asked for when somebody looks."""

from collections.abc import Iterable, Mapping

from prometheus_client.core import GaugeMetricFamily

Labels = Mapping[str, str]


def gauge(name: str, text: str, samples: Iterable[tuple[Labels, float]]) -> GaugeMetricFamily:
    """Return the gauge ``portal_<name>``; all its samples have the same labels."""
    kept = list(samples)
    names = list(kept[0][0]) if kept else []
    made = GaugeMetricFamily(f"portal_{name}", text, labels=names)
    for labels, value in kept:
        made.add_metric([labels[label] for label in names], value)
    return made
