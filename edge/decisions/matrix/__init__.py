"""Every combination of variants that a page can show, each with a visitor who gets it."""
