"""Policies that learn. In this version there is one: even shares, drawn by the rules."""
