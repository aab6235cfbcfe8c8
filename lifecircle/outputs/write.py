"""Write the whole result of an audit into a folder, or leave the folder as it was."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from lifecircle.errors import SourceError
from lifecircle.model.audit import AuditView
from lifecircle.outputs.document import audit_document, provenance_document, to_json
from lifecircle.outputs.geofiles import write_geopackage, write_parquet
from lifecircle.outputs.tables import extra_csvs, gaps_csv


def write_audit(view: AuditView, out: Path, *, maps: bool = True, runtime: Mapping[str, Any]) -> list[Path]:
    """Write every file of an audit into `out`; all of them, or none.

    Parameters
    ----------
    view : AuditView
    out : Path
        Created where missing. What a previous run wrote and this one does not (a map, with `maps` false) is taken
        away; any other file in it is left alone.
    maps : bool
        False: no ``map.html``.
    runtime : Mapping
        Clock, host, Python and durations, for ``provenance.json`` only.

    Returns
    -------
    list of Path
        The files written, in `out`.

    Raises
    ------
    SourceError
        If the folder cannot be written to, or a result file is held open by another program; the
        previous result is then still whole.
    """
    with _staging(out) as folder:
        staged = _stage(view, folder, maps=maps)
        staged.append(_stage_provenance(view, folder, staged=staged, runtime=runtime))
        return _publish(staged, out, backup=folder / "previous")


def _stage(view: AuditView, folder: Path, *, maps: bool) -> list[Path]:
    document = folder / "audit.json"
    document.write_text(to_json(audit_document(view)), encoding="utf-8", newline="\n")
    gaps = folder / "gaps.csv"
    gaps.write_bytes(gaps_csv(view))
    staged = [document, *write_parquet(view, folder), write_geopackage(view, folder), gaps]
    for name, table in extra_csvs(view).items():
        path = folder / f"{name}.csv"
        path.write_bytes(table)
        staged.append(path)
    if maps:
        from lifecircle.outputs.map_folium import save_map  # folium is heavy

        staged.append(save_map(view, folder / "map.html"))
    return staged


def _stage_provenance(view: AuditView, folder: Path, *, staged: Sequence[Path], runtime: Mapping[str, Any]) -> Path:
    path = folder / "provenance.json"
    files = {file.name: _sha256(file) for file in staged}
    content = {**provenance_document(view.provenance), "files": files, "runtime": dict(runtime)}
    path.write_text(to_json(content), encoding="utf-8", newline="\n")
    return path


@contextmanager
def _staging(out: Path) -> Iterator[Path]:
    """Make `out` and a temporary folder beside it; take away what is not needed afterwards."""
    existed = out.is_dir()
    try:
        out.mkdir(parents=True, exist_ok=True)
        folder = _temporary_beside(out)
    except OSError as error:
        raise SourceError(
            f"output folder {out}: cannot be written to ({error.strerror or error}); choose another one with --out"
        ) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if not existed:
            with suppress(OSError):
                out.rmdir()  # only goes when it is empty


def _temporary_beside(out: Path) -> Path:
    """Return a new folder on the same disk: a sibling, or inside `out` where the parent is closed."""
    try:
        return Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.resolve().parent))
    except PermissionError:
        return Path(tempfile.mkdtemp(prefix=".lifecircle-", dir=out))


def _publish(staged: Sequence[Path], out: Path, *, backup: Path) -> list[Path]:
    """Move the staged files into `out` and the outdated ones away; on any failure put the previous ones back."""
    backup.mkdir()
    placed: list[Path] = []
    moves = [(file, out / file.name) for file in staged]
    moves += [(file, backup / file.name) for file in _outdated(out, {file.name for file in staged})]
    for file, destination in moves:
        final = out / file.name
        try:
            if destination == final and final.exists():
                _keep(final, backup / file.name)
            os.replace(file, destination)  # noqa: PTH105 - one name to fail in tests
        except OSError as error:
            _roll_back(placed, backup=backup)
            raise SourceError(
                f"{final}: cannot be replaced ({error.strerror or error}); it may be open in another program "
                "(Excel, QGIS, a browser): close it and run again. The previous result was left as it was."
            ) from error
        except BaseException:
            _roll_back(placed, backup=backup)
            raise
        placed.append(final)
    return placed[: len(staged)]


def _outdated(out: Path, written: set[str]) -> list[Path]:
    """Return the files of the previous result that the new one does not have: an old map would pass for the new one.

    Only files that the previous ``provenance.json`` lists and that have not been changed since.
    """
    try:
        listed = json.loads((out / "provenance.json").read_text(encoding="utf-8"))["files"]
        known = {str(name): str(digest) for name, digest in listed.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return []
    old = [out / name for name in sorted(known) if name not in written and Path(name).name == name]
    return [path for path in old if path.is_file() and _sha256(path) == known[path.name]]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _keep(final: Path, copy: Path) -> None:
    """Keep the previous file under a second name, without a moment in which it is gone."""
    try:
        os.link(final, copy)
    except OSError:  # file systems without hard links
        shutil.copy2(final, copy)


def _roll_back(placed: Sequence[Path], *, backup: Path) -> None:
    for final in placed:
        kept = backup / final.name
        if kept.exists():
            kept.replace(final)
        else:
            final.unlink(missing_ok=True)
