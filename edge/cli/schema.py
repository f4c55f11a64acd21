"""`windsock schema`: what editors need to complete and underline rule files."""

from __future__ import annotations

import json

from rules.schema import schema as rules_schema


def schema() -> None:
    """Print the JSON Schema of rule files.

    Example: windsock schema > rules/site/windsock.schema.json, and as the first line of each rule file:
    # yaml-language-server: $schema=windsock.schema.json
    """
    print(json.dumps(rules_schema(), indent=2, ensure_ascii=False))
