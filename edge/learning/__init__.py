"""What was shown and what followed becomes what is shown next."""
