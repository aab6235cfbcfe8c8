"""Where the files that a study names are sought."""

import os
from collections.abc import Iterator
from pathlib import Path

from lifecircle.config.catalogue import DATA
from lifecircle.errors import SourceError

DATA_VARIABLE = "LIFECIRCLE_DATA"
SAMPLE = DATA / "akureyri"


def _folders(base: Path) -> Iterator[Path]:
    yield base
    for folder in os.environ.get(DATA_VARIABLE, "").split(os.pathsep):
        if folder.strip():
            yield Path(folder.strip()).expanduser()
    yield SAMPLE


def resolve_file(base: Path, name: str) -> Path:
    """Return the file that a study calls `name`.

    A relative name is sought beside the study, then in each folder of the environment variable
    ``LIFECIRCLE_DATA``, then in the sample place shipped with lifecircle.

    Parameters
    ----------
    base : Path
        Folder of the study file.
    name : str
        May hold sub-folders; may be absolute.

    Raises
    ------
    SourceError
        Naming every folder that was searched, and the remedy.
    """
    folders = list(dict.fromkeys(folder.absolute() for folder in _folders(base)))
    for folder in folders:
        candidate = folder / name  # an absolute name stays itself
        if candidate.is_file():
            return candidate
    if Path(name).is_absolute():
        raise SourceError(f"{name}: there is no such file: check the path")
    searched = "; ".join(str(folder) for folder in folders)
    raise SourceError(
        f"{name}: not found; searched {searched}. Put the file into one of these folders, or set {DATA_VARIABLE} "
        "to the folder that holds it"
    )
