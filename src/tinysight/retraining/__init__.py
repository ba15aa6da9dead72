"""Retraining on any machine: pull, run, judge, push, propose, report; CI calls the same."""
