"""Pages: their slots found, their bytes spliced. See README.md beside this file."""
