"""How a saved rule file becomes the edition that every worker serves."""
