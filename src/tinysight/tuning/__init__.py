"""Looks for better values of a candidate's parameters, trial by trial, judged on val and never on test."""
