"""The documentation and the program cannot drift apart."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edge.cli.commands import COMMANDS
from edge.settings import SETTINGS, Setting

ROOT = Path(__file__).parents[1]
COMMAND_LINE = (ROOT / "edge" / "cli" / "README.md").read_text(encoding="utf-8")
ROWS = {
    cells[1].strip().strip("`"): cells
    for line in COMMAND_LINE.partition("## Settings")[2].splitlines()
    if (cells := re.split(r"(?<!\\)\|", line)) and line.startswith("| `")
}
FOLDERS = ("edge", "rules", "online_models", "loadtest", "tests")
READMES = [*ROOT.glob("*.md"), *(path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.md")))]


def test_the_table_of_settings_is_complete_and_holds_nothing_else() -> None:
    assert list(ROWS) == [setting.name for setting in SETTINGS]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_a_setting_is_documented_with_its_default_and_its_meaning(setting: Setting) -> None:
    _, _, default, meaning, _ = ROWS[setting.name]
    assert default.strip() == (f"`{setting.default}`" if setting.default else "none")
    assert meaning.strip().startswith(setting.help)
    assert ("built yet" in meaning) == bool(setting.later)
    assert setting.later in meaning


def test_the_table_of_commands_is_complete() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| `(.*?)` \|$", COMMAND_LINE.partition("## Settings")[0], re.MULTILINE)
    assert rows == [(command.name, command.summary, command.example) for command in COMMANDS.values()]


@pytest.mark.parametrize("readme", READMES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(readme: Path) -> None:
    text = re.sub(r"```.*?```", "", readme.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)|<img [^>]*src=\"([^\"]+)\"", text):
        path, _, heading = (target[0] or target[1]).partition("#")
        if path.startswith("http"):
            continue
        file = readme.parent / path if path else readme
        assert file.exists(), path
        if heading:
            assert heading in _headings(file)


def _headings(file: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_documentation_names_no_machine() -> None:
    for readme in READMES:
        assert not re.search(r"/work/|/home/\w|/root/|/tmp/", readme.read_text(encoding="utf-8")), readme
