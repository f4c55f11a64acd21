"""What `windsock doctor` looks at, one file for each patient."""
