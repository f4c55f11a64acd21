"""What one request tells, and names nobody."""
