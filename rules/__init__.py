"""The rules: what marketers write in YAML, read, checked, compiled and asked. Knows neither HTTP nor models."""
