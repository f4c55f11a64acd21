"""Policies that learn which variant works, and the numbers that they publish."""
