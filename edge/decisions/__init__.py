"""What a visitor gets, why, and how likely that was."""
