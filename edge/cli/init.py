"""`windsock init`: a starter rules folder."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from edge.errors import WindsockError
from rules.schema import FILE, schema


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make; what is there is never replaced.")],
) -> None:
    """Make a folder with a first experience, the settings of the site, and the schema for editors."""
    starter = _starter()
    _refuse_to_overwrite(folder, list(starter))
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in starter.items():
        with (folder / name).open("x", encoding="utf-8") as file:
            file.write(text)
    print(f"{folder}: made {', '.join(starter)}")
    print(f"next: windsock check {folder}, then windsock explain '/?hello=windsock' --rules {folder}")


def _starter() -> dict[str, str]:
    """File name -> text."""
    texts = files("rules").joinpath("starter")
    names = ("hello.yaml", "site.yaml")
    return {name: texts.joinpath(name).read_text("utf-8") for name in names} | {
        FILE: json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    }


def _refuse_to_overwrite(folder: Path, names: list[str]) -> None:
    if folder.exists() and not folder.is_dir():
        raise WindsockError(f"{folder} is a file; name a folder that does not exist yet")
    present = next((name for name in names if (folder / name).exists()), None)
    if present is not None:
        raise WindsockError(f"{folder / present} is already there; name another folder, or delete it first")
