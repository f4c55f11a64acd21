"""A load test's visitors: who they are, where they go, and what they measure. It speaks HTTP and knows no edge."""
