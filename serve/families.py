"""The metrics that /metrics shows: name, kind, meaning, and the buckets of those that are histograms."""

from dataclasses import dataclass
from typing import Literal

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
SHORT_SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
PROBABILITIES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


@dataclass(frozen=True)
class Family:
    """One metric with all its label values.

    Attributes:
        name: as Prometheus knows it.
        kind: how Prometheus treats it.
        meaning: one sentence.
        buckets: upper bounds, rising and without infinity, of a histogram.
    """

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    meaning: str
    buckets: tuple[float, ...] = ()


REQUESTS = Family("tinysight_requests_total", "counter", "Requests answered, by route, method and status.")
DURATION = Family(
    "tinysight_request_duration_seconds", "histogram", "From a request's head to the end of its answer.", SECONDS
)
RECEIVED = Family("tinysight_received_bytes_total", "counter", "Bytes of request bodies.")
SENT = Family("tinysight_sent_bytes_total", "counter", "Bytes of answers' bodies.")
IN_PROGRESS = Family("tinysight_requests_in_progress", "gauge", "Requests that are not answered yet.")
QUEUED = Family("tinysight_queue_requests", "gauge", "Requests that have a place in the queue, waiting or in work.")
REFUSALS = Family("tinysight_refusals_total", "counter", "Requests turned away before their work began, by reason.")
DECODE = Family("tinysight_decode_seconds", "histogram", "Decoding one picture.", SHORT_SECONDS)
INFERENCE = Family("tinysight_inference_seconds", "histogram", "One run of the model.", SHORT_SECONDS)
PREDICTIONS = Family("tinysight_predictions_total", "counter", "Pictures answered with a class, by class.")
UNKNOWN = Family("tinysight_unknown_total", "counter", "Pictures answered as unknown.")
CONFIDENCE = Family(
    "tinysight_confidence", "histogram", "Probability of the best class, of all pictures answered.", PROBABILITIES
)
CAPTURED = Family("tinysight_captures_total", "counter", "Pictures kept, by the reason why.")
NOT_CAPTURED = Family(
    "tinysight_captures_lost_total", "counter", "Pictures that were to be kept and were not: the queue, the disk, full."
)
CAPTURE_BYTES = Family("tinysight_capture_bytes", "gauge", "What the folder of kept pictures and feedback holds.")
FEEDBACK = Family("tinysight_feedback_total", "counter", "Feedback taken: confirmed, corrected, none of the classes.")
DRIFT_ALARM = Family(
    "tinysight_drift_alarm", "gauge", "1 once the pictures were found to have changed, until another version serves."
)
DRIFT_P = Family(
    "tinysight_drift_p", "gauge", "How likely what was seen of a statistic is where nothing has changed, at any time."
)
DRIFT_PICTURES = Family("tinysight_drift_pictures_total", "counter", "Pictures compared with the model's reference.")
DRIFT_WATCHED = Family("tinysight_drift_watched", "gauge", "1 if the model that answers has a reference.")
MODEL = Family("tinysight_model_info", "gauge", "The model that answers: its name, version and digest.")
LOADED = Family("tinysight_model_loaded_timestamp_seconds", "gauge", "When the service took this version into service.")
WANTED = Family("tinysight_model_wanted_info", "gauge", "The version that the registry wants.")
TROUBLE = Family("tinysight_model_trouble", "gauge", "1 while what is served is not surely what the registry wants.")
SWAPS = Family("tinysight_model_swaps_total", "counter", "Times that another version was taken into service.")
FAILURES = Family("tinysight_model_failures_total", "counter", "Times that a version could not be taken into service.")
FAILED_POLLS = Family("tinysight_registry_failed_polls_total", "counter", "Polls that the registry did not answer.")
LAST_POLL = Family(
    "tinysight_registry_last_success_timestamp_seconds", "gauge", "When the registry last named its version."
)
WORKERS = Family("tinysight_workers", "gauge", "Processes that answer requests.")
CURRENT = Family("tinysight_workers_current", "gauge", "Of these, those that serve the accepted version.")
DEATHS = Family("tinysight_worker_deaths_total", "counter", "Workers that ended without being told to.")
DROPPED = Family(
    "tinysight_log_lines_dropped_total", "counter", "Lines that were not logged because nobody read the log."
)
LOST = Family("tinysight_series_lost_total", "counter", "Series that are not counted because a worker's table is full.")
BUILD = Family("tinysight_build_info", "gauge", "The version of the service's code.")
MEMORY = Family(
    "tinysight_memory_bytes", "gauge", "Proportional set size of each process; their sum is the service's memory."
)
FILES = Family("tinysight_open_files", "gauge", "Open files and connections of each process.")
CPU = Family("process_cpu_seconds_total", "counter", "CPU time of all processes, also of those that have ended.")
START = Family("process_start_time_seconds", "gauge", "When the service started, in seconds since 1970.")

FAMILIES = (
    *(REQUESTS, DURATION, RECEIVED, SENT, IN_PROGRESS, QUEUED, REFUSALS, DECODE, INFERENCE),
    *(PREDICTIONS, UNKNOWN, CONFIDENCE, CAPTURED, NOT_CAPTURED, CAPTURE_BYTES, FEEDBACK),
    *(DRIFT_ALARM, DRIFT_P, DRIFT_PICTURES, DRIFT_WATCHED),
    *(MODEL, LOADED, WANTED, TROUBLE, SWAPS, FAILURES, FAILED_POLLS, LAST_POLL),
    *(WORKERS, CURRENT, DEATHS, DROPPED, LOST, BUILD, MEMORY, FILES, CPU, START),
)
PASSING = (IN_PROGRESS, QUEUED)  # true of living processes only
