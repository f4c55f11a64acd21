"""The event log: what was shown, what followed, how often each side was decided; a noun beside signals and decisions."""
