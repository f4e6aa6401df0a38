"""A package with taggers, as a user would have it installed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def installed(site: Path, name: str, version: str, module: str, taggers: Mapping[str, str]) -> Path:
    """Put a package of one module into a folder, for PYTHONPATH.

    Args:
        site: the folder.
        name: of package and module.
        version: its version.
        module: its text.
        taggers: names for `--ner` -> classes of the module.

    Returns:
        The folder.
    """
    information = site / f"{name}-{version}.dist-info"
    information.mkdir(parents=True)
    (site / f"{name}.py").write_text(module)
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    points = [f"{tagger} = {name}:{made}" for tagger, made in taggers.items()]
    (information / "entry_points.txt").write_text("\n".join(["[wirebeam.taggers]", *points, ""]))
    return site
