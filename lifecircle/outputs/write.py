"""Write the whole result of an audit into a folder, or leave the folder as it was."""

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from lifecircle.errors import SourceError
from lifecircle.model.audit import AuditView
from lifecircle.outputs.document import audit_document, provenance_document, to_json
from lifecircle.outputs.geofiles import gis_layers, write_geopackage, write_parquet
from lifecircle.outputs.shapefiles import write_shapefiles
from lifecircle.outputs.tables import extra_csvs, gaps_csv, main_tables
from lifecircle.outputs.workbook import filled_workbook

FIGURES = re.compile(r"figures/[^/\\:]+\.(png|svg|pdf)")


def write_audit(
    view: AuditView,
    out: Path,
    *,
    maps: bool = True,
    report: bool = True,
    shapefiles: bool = False,
    runtime: Mapping[str, Any],
) -> list[Path]:
    """Write every file of an audit into `out`; all of them, or none.

    Parameters
    ----------
    view : AuditView
    out : Path
        Created where missing. What a previous run wrote and this one does not (a map, with `maps` false) is taken
        away; any other file in it is left alone.
    maps : bool
        False: no ``map.html``, no figures, no report.
    report : bool
        False: no figures and no report beside the map.
    shapefiles : bool
        True: ``shapefiles.zip`` too.
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
        if maps and report:
            from lifecircle.outputs.report.handover import write_handover  # matplotlib and python-docx are heavy

            staged += write_handover(view, folder)
        if shapefiles:
            staged.append(write_shapefiles(gis_layers(view), folder, view=view))
        staged.append(_stage_provenance(view, folder, staged=staged, runtime=runtime))
        outdated = _outdated(out, {file.relative_to(folder).as_posix() for file in staged})
        return _publish(staged, out, backup=folder / "previous", outdated=outdated)


def write_together(out: Path, stage: Callable[[Path], list[Path]], *, former: Iterable[Path] = ()) -> list[Path]:
    """Move the files that `stage` makes in an empty folder into `out`, all of them or none.

    Files in `out` of a `former` result that the new one does not have are taken away; others are left alone.

    Raises
    ------
    SourceError
        As `write_audit`.
    """
    with _staging(out) as folder:
        staged = stage(folder)
        written = {out / file.relative_to(folder) for file in staged}
        outdated = [file for file in former if file not in written and file.is_file()]
        return _publish(staged, out, backup=folder / "previous", outdated=outdated)


def files_of(out: Path) -> list[Path]:
    """Return the files of the audit that is in the folder `out`, as far as they have not been changed since."""
    return [*_outdated(out, set()), out / "provenance.json"]


def _stage(view: AuditView, folder: Path, *, maps: bool) -> list[Path]:
    document = folder / "audit.json"
    document.write_text(to_json(audit_document(view)), encoding="utf-8", newline="\n")
    gaps = folder / "gaps.csv"
    gaps.write_bytes(gaps_csv(view))
    tables = main_tables(view)
    book = filled_workbook(view, folder / "tables.xlsx", tables=tables)
    # Packing the workbook, which reads no table any more, leaves Python alone: the GIS files meanwhile.
    with ThreadPoolExecutor(1) as pool:
        packed = pool.submit(book.close)
        gis = [*write_parquet(view, folder, tables=tables), write_geopackage(view, folder, tables=tables)]
        packed.result()
    staged = [document, *gis, gaps, folder / "tables.xlsx"]
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
    files = {file.relative_to(folder).as_posix(): _sha256(file) for file in staged}
    content = {**provenance_document(view.provenance), "files": files, "runtime": dict(runtime)}
    path.write_text(to_json(content), encoding="utf-8", newline="\n")
    return path


@contextmanager
def _staging(out: Path) -> Iterator[Path]:
    """Make `out` and a temporary folder beside it; take away what is not needed afterwards."""
    existed = out.is_dir()
    if out.exists() and not existed:
        raise SourceError(f"output folder {out}: is a file; name a folder with --out")
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


def _publish(staged: Sequence[Path], out: Path, *, backup: Path, outdated: Iterable[Path]) -> list[Path]:
    """Move the staged files into `out` and the `outdated` ones away; on any failure put the previous ones back."""
    backup.mkdir()
    placed: list[Path] = []
    finals = [out / file.relative_to(backup.parent) for file in staged]
    moves = [(file, final, final) for file, final in zip(staged, finals, strict=True)]
    moves += [(file, backup / file.relative_to(out), file) for file in outdated]
    for file, destination, final in moves:
        try:
            _make_room(final, destination, out=out, backup=backup)
            os.replace(file, destination)  # noqa: PTH105 - one name to fail in tests
        except OSError as error:
            _roll_back(placed, out=out, backup=backup)
            raise SourceError(
                f"{final}: cannot be replaced ({error.strerror or error}); it may be open in another program "
                "(Excel, QGIS, a browser): close it and run again. The previous result was left as it was."
            ) from error
        except BaseException:
            _roll_back(placed, out=out, backup=backup)
            raise
        placed.append(final)
    _clear_folders(placed, out=out)
    return placed[: len(staged)]


def _make_room(final: Path, destination: Path, *, out: Path, backup: Path) -> None:
    """Make the folders of a move, and keep what it would overwrite."""
    kept = backup / final.relative_to(out)
    kept.parent.mkdir(parents=True, exist_ok=True)
    destination.parent.mkdir(parents=True, exist_ok=True)
    if destination == final and final.exists():
        _keep(final, kept)


def _clear_folders(files: Iterable[Path], *, out: Path) -> None:
    """Take away the folders inside `out` that are empty now."""
    for folder in sorted({file.parent for file in files} - {out}):
        with suppress(OSError):
            folder.rmdir()


def _outdated(out: Path, written: set[str]) -> list[Path]:
    """Return the files of the previous result that the new one does not have: an old map would pass for the new one.

    Only files that the previous ``provenance.json`` lists and that have not been changed since.
    """
    try:
        listed = json.loads((out / "provenance.json").read_text(encoding="utf-8"))["files"]
        known = {str(name): str(digest) for name, digest in listed.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return []
    old = [name for name in sorted(known) if name not in written and _is_ours(name)]
    return [out / name for name in old if (out / name).is_file() and _sha256(out / name) == known[name]]


def _is_ours(name: str) -> bool:
    """Return whether `name` can be one of a result's files: in the folder itself or in its figures."""
    return Path(name).name == name or (FIGURES.fullmatch(name) is not None)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _keep(final: Path, copy: Path) -> None:
    """Keep the previous file under a second name, without a moment in which it is gone."""
    try:
        os.link(final, copy)
    except OSError:  # file systems without hard links
        shutil.copy2(final, copy)


def _roll_back(placed: Sequence[Path], *, out: Path, backup: Path) -> None:
    for final in placed:
        kept = backup / final.relative_to(out)
        if kept.exists():
            kept.replace(final)
        else:
            final.unlink(missing_ok=True)
    _clear_folders(placed, out=out)
