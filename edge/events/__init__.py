"""The event log: what was shown, what followed, and how often each side was decided."""
