"""The weather at places, fetched in the background by one process for all workers. See README.md."""
