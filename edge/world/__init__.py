"""The world beside the request: found out by the control process, told to every worker. See README.md."""
