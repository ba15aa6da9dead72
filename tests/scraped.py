"""What /metrics says, read by Prometheus' own parser."""

from prometheus_client.parser import text_string_to_metric_families
from serving import Running

Numbers = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scrape(service: Running) -> Numbers:
    """Every sample by its name and labels."""
    status, headers, content = service.ask("GET", "/metrics")
    assert (status, headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    return parsed(content.decode())


def parsed(text: str) -> Numbers:
    """Every sample by its name and labels; fails where a series comes twice."""
    numbers: Numbers = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in numbers, key
            numbers[key] = sample.value
    return numbers


def value(numbers: Numbers, name: str, **labels: str) -> float:
    """One sample's number; a label named class is given as class_."""
    return numbers[name, frozenset((key.rstrip("_"), text) for key, text in labels.items())]


def in_progress(service: Running) -> int:
    """How many requests are not answered yet, but for the one that asks."""
    return int(value(scrape(service), "tinysight_requests_in_progress")) - 1


def labels_of(numbers: Numbers, name: str) -> list[dict[str, str]]:
    """The labels of each series of a metric."""
    return [dict(labels) for found, labels in numbers if found == name]
