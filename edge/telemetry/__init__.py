"""Metrics, logs, and the one way to report a failure."""
