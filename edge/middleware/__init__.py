"""The journey of one request through the edge."""
