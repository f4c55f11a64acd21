"""Towards the origin: what is forwarded, how, and what a failure means."""
