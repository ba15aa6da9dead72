"""The section `logger`: who watches a network's epochs beside MLflow. It decides no result."""

from tinysight.params.section import Section


class LoggerParams(Section):
    """Each one is off unless asked for; its package is an extra of tinysight."""

    tensorboard: bool
    wandb: bool
