from hypothesis import given
from hypothesis import strategies as st
from scraped import parsed, value

from serve import families
from serve.exposition import exposition, series
from serve.families import FAMILIES
from serve.metrics import Metrics


@given(st.dictionaries(st.text(max_size=20), st.integers(0, 1 << 53), max_size=5))
def test_every_name_of_a_class_arrives_as_it_is(counts: dict[str, int]) -> None:
    """But a tab, which separates names in the shared memory, and half a character, which is none."""
    metrics = Metrics()
    for name, count in counts.items():
        metrics.predicted(name, 0.5)
        place = metrics.shared.page(0).place(series(families.PREDICTIONS, class_=name))
        metrics.shared.page(0).cells[place] = count
    numbers = parsed(exposition(metrics.shared.totals()))
    for name, count in counts.items():
        shown = name.replace("\t", " ")
        if shown == name and name.replace("\t", " ") not in counts.keys() - {name}:
            assert value(numbers, "tinysight_predictions_total", class_=name) == count


@given(st.lists(st.floats(0, 100), max_size=30))
def test_a_histogram_counts_what_is_at_most_its_bound(seconds: list[float]) -> None:
    metrics = Metrics()
    for one in seconds:
        metrics.decoded(one)
    numbers = parsed(exposition(metrics.shared.totals()))
    for bound in families.SHORT_SECONDS:
        counted = value(numbers, "tinysight_decode_seconds_bucket", le=str(bound))
        assert counted == sum(one <= bound for one in seconds)
    assert value(numbers, "tinysight_decode_seconds_bucket", le="+Inf") == len(seconds)
    assert value(numbers, "tinysight_decode_seconds_count") == len(seconds)
    assert abs(value(numbers, "tinysight_decode_seconds_sum") - sum(seconds)) < 1e-6


def test_names_keep_prometheus_rules() -> None:
    """Counters end in _total, seconds and bytes are in the name, and each metric says what it is."""
    for family in FAMILIES:
        assert family.name.endswith("_total") == (family.kind == "counter"), family
        assert family.meaning.endswith(".")
        assert "\\" not in family.meaning
        assert "\n" not in family.meaning
        assert list(family.buckets) == sorted(set(family.buckets))
        assert bool(family.buckets) == (family.kind == "histogram")
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)
