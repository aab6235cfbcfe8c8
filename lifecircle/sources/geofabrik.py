"""A ready-made extract by the name of its region: whole, checked against its checksum, resumable."""

import hashlib
import json
import logging
import re
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from lifecircle.errors import SourceError
from lifecircle.sources.files import file_sha256
from lifecircle.sources.http_client import Patience, RefusedError, answering, ask, body_chunks, refuse_status
from lifecircle.sources.osm_header import osm_format, read_header
from lifecircle.sources.snapshot import Snapshot, SnapshotFiles, write_atomically, write_sidecar

log = logging.getLogger("lifecircle")

DEFAULT_SERVER: Final = "https://download.geofabrik.de"
_MD5: Final = re.compile(r"\b[0-9a-f]{32}\b")
_STEP: Final = 50_000_000
# Of one connection; a run goes on where the last one stopped.
PATIENCE: Final = Patience(attempts=8, timeout_s=3600.0)


def download_extract(
    region: str, files: SnapshotFiles, *, server: str = DEFAULT_SERVER, patience: Patience = PATIENCE
) -> Snapshot:
    """Bring the extract of a region and write it as the snapshot of a study.

    Parameters
    ----------
    region : str
        Such as ``"europe/iceland"``: the path of its page on the download server.
    files : SnapshotFiles
    server : str
        Base address; its files are ``<region>-latest.osm.pbf``, ``.osm.pbf.md5`` and ``<region>.poly``.
    patience : Patience

    Raises
    ------
    SourceError
        If the server has no such region, cannot be reached, or the file does not match its checksum.
    """
    base = f"{server.rstrip('/')}/{region}"
    address = f"{base}-latest.osm.pbf"
    for again in (False, True):
        expected = _checksum(f"{address}.md5", patience=patience)
        ask((address,), partial(_go_on, files.partial, patience), patience=patience, what=f"extract {region}")
        if _md5(files.partial) == expected:
            break
        files.partial.unlink()  # a damaged or a mixed file: nothing of it can be used
        if again:
            raise SourceError(f"{address}: the file does not match its checksum, twice; try again later")
        log.warning("%s: does not match its checksum (a newer one came out meanwhile?): once more", address)
    area = _area(ask((f"{base}.poly",), partial(_text, patience), patience=patience, what=f"outline of {region}"), base)
    return _finish(files, address=address, area=area)


def _finish(files: SnapshotFiles, *, address: str, area: BaseGeometry) -> Snapshot:
    _forget_tag(files.partial)
    try:
        files.partial.replace(files.data)
    except OSError as error:
        raise SourceError(f"{files.data}: cannot be written ({error.strerror}); close what holds it open") from error
    _, stamp = read_header(files.data, osm_format(files.data))
    found = Snapshot(
        source="geofabrik",
        servers=(address,),
        query=address,
        timestamp=stamp,
        newest=stamp,
        fetched=datetime.now(UTC).isoformat(timespec="seconds"),
        sha256=file_sha256(files.data),
        extent=json.loads(shapely.to_geojson(area)),
        lifecircle=version("lifecircle"),
    )
    write_sidecar(files.sidecar, found)
    return found


def _text(patience: Patience, server: str) -> str:
    with answering(server, patience=patience, headers={}) as response:
        refuse_status(response)
        return b"".join(body_chunks(response, patience=patience)).decode("utf-8", "replace")


def _checksum(address: str, *, patience: Patience) -> str:
    text = ask((address,), partial(_text, patience), patience=patience, what="checksum of the extract")
    found = _MD5.search(text)
    if found is None:
        raise SourceError(f"{address}: no MD5 checksum in the answer; check the region's name and the server")
    return found.group()


def _md5(path: Path) -> str:
    digest = hashlib.md5(usedforsecurity=False)  # what the download server publishes
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _tag_path(partial_file: Path) -> Path:
    return partial_file.with_name(f"{partial_file.name}.json")


def _forget_tag(partial_file: Path) -> None:
    _tag_path(partial_file).unlink(missing_ok=True)


def _known_tag(partial_file: Path) -> str:
    """Return the version tag of the file that has arrived in part, "" when it is not known."""
    try:
        return str(json.loads(_tag_path(partial_file).read_text(encoding="utf-8"))["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _go_on(partial_file: Path, patience: Patience, address: str) -> None:
    """Bring the rest of a file behind what is there, or all of it when the server's has changed."""
    tag = _known_tag(partial_file)
    have = partial_file.stat().st_size if tag and partial_file.is_file() else 0
    # Without If-Range, the rest of a newer file would be joined to the start of an older one.
    headers = {"Range": f"bytes={have}-", "If-Range": tag} if have else {}
    with answering(address, patience=patience, headers={**headers, "Accept-Encoding": "identity"}) as response:
        if response.status_code == 416:  # everything has arrived
            return
        refuse_status(response)
        go_on = response.status_code == 206
        have = have if go_on else 0
        length = response.headers.get("Content-Length", "")
        whole = have + int(length) if length.isdigit() else None
        if not go_on:
            new = response.headers.get("ETag") or response.headers.get("Last-Modified") or ""
            write_atomically(_tag_path(partial_file), json.dumps({"version": new}).encode("utf-8"))
        with partial_file.open("ab" if go_on else "wb") as file:
            shown = have
            for chunk in body_chunks(response, patience=patience):
                file.write(chunk)
                have += len(chunk)
                if have - shown >= _STEP:
                    shown = have
                    log.info("%.0f of %s MB", have / 1e6, "?" if whole is None else f"{whole / 1e6:.0f}")
    if whole is not None and have < whole:
        raise RefusedError(f"the connection broke off after {have} of {whole} bytes")


def _area(text: str, base: str) -> BaseGeometry:
    """Return the surface of an Osmosis polygon file: rings of "lon lat" lines, ``!`` before the name of a hole."""
    rings: list[tuple[bool, list[tuple[float, float]]]] = []
    for line in text.splitlines()[1:]:
        words = line.split()
        try:
            if len(words) == 2:
                rings[-1][1].append((float(words[0]), float(words[1])))
            elif len(words) == 1 and words[0] != "END":
                rings.append((words[0].startswith("!"), []))
        except (ValueError, IndexError) as error:
            raise SourceError(f"{base}.poly: the line {line[:40]!r} is no part of a polygon file") from error
    solid = [shapely.Polygon(ring) for hole, ring in rings if not hole and len(ring) > 2]
    holes = [shapely.Polygon(ring) for hole, ring in rings if hole and len(ring) > 2]
    if not solid:
        raise SourceError(f"{base}.poly: it holds no ring; check the region's name and the server")
    return shapely.difference(shapely.union_all(solid), shapely.union_all(holes))
