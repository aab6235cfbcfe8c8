"""Study files: every refusal with its text, defaults, and what the hash sees."""

from pathlib import Path

import pytest

from lifecircle.config.fields import AreaName, FileRef, Relation
from lifecircle.config.load import config_sha256, find_profile, load_profiles, load_study, study_profile
from lifecircle.config.schema import Walk
from lifecircle.errors import ConfigError

HEAD = "study: {name: Town, boundary: [1, 2, 3, 4]}\nosm: {file: a.osm.pbf}\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "研究 study.yml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load_study(write(folder, text))
    return str(caught.value).replace(str(folder / "研究 study.yml"), "F")


def area(folder: Path, text: str) -> str:
    return refusal(folder, f"study:\n  name: Town\n  boundary: {text}\nosm: {{file: a.osm.pbf}}\n")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("walc: {}", "F:3: walc: unknown key; did you mean 'walk'?"),
        ("walk: {profil: adult}", "F:3: walk.profil: unknown key; did you mean 'profile'?"),
        (
            "zzz: 1",
            "F:3: zzz: unknown key; valid: communities, completeness, corrections, equity, facilities",
        ),
        ("output:\n  compiled: me", "F:4: output.compiled: unknown key; did you mean 'compiled_by'?"),
        ("facilities:\n- {file: a.gpkg, tipe: x}", "F:4: facilities[0].tipe: unknown key; did you mean 'type'?"),
        (
            "completeness: {bank: {status: thin, reson: x}}",
            "F:3: completeness.bank.reson: unknown key; did you mean 'r",
        ),
        ("population: {file: a.gpkg, colum: n}", "F:3: population.colum: unknown key; did you mean 'column'?"),
        ("rule: strict", "F:3: rule: 'strict' is not one of 'claim', 'standard' or 'lenient'"),
        ("language: no", "F:3: language: 'no' is not one of 'zh' or 'en'"),
        (
            "origin: {kind: home}",
            "F:3: origin.kind: 'home' is not one of 'building', 'residential_area', 'estate_gate', 'grid' or 'hexagon'",
        ),
        ("origin: building", "F:3: origin: got 'building', a mapping of keys is needed"),
        ("origin: {kind: grid}", "F:3: origin: size_m is missing: a grid needs the size of its cells in metres"),
        (
            "origin: {kind: building, size_m: 100}",
            "F:3: origin: size_m belongs to kind: grid or hexagon, not to kind: building",
        ),
        ("walk: {speed_kmh: -4}", "F:3: walk.speed_kmh: a walking speed of -4 km/h: give a value from 0.5 to 12"),
        ("walk: {profile: {speed_kmh: 50}}", "F:3: walk.profile.speed_kmh: a walking speed of 50 km/h: give a value"),
        ("walk: {profile: adult, speed_kmh: 4}", "F:3: walk: give profile or speed_kmh, not both"),
        ("walk: {profile: {speed_kmh: 4}, steps: false}", "F:3: walk: steps is given twice: keep it inside profile"),
        ("walk: {profile: adlut}", "F:3:8: unknown walk profile 'adlut'; did you mean 'adult'?"),
        ("walk: {max_access_m: 010}", "F:3: walk.max_access_m: got '010', a number is needed"),
        ("walk: {cutoff_min: 0}", "F:3: walk.cutoff_min: got 0: input should be greater than 0"),
        ("walk: {private: no}", "F:3: walk.private: got 'no', true or false is needed"),
        ("walk: {max_access_m: .inf}", "F:3: walk.max_access_m: got inf, a finite number is needed"),
        ("seed: 1.5", "F:3: seed: got 1.5, a whole number is needed"),
        ("seed: true", "F:3: seed: got True, a whole number is needed"),
        (
            "completeness: {bus_stpo: {status: thin, reason: x}}",
            "F:3:16: unknown facility type 'bus_stpo'; did you mea",
        ),
        ("completeness: {bus_stop: {status: thin}}", "F:3: completeness.bus_stop: status 'thin' needs a reason or a s"),
        ("facilities: [{type: bank}]", "F:3: facilities[0].file: this key is missing"),
        ("facilities: [{file: a.csv, type: farmacy}]", "F:3:28: unknown facility type 'farmacy'; did you mean 'pharma"),
        ("facilities: [{file: a.csv, type_names: {咖啡: cafe}}]", "F:3:28: unknown facility type 'cafe'; "),
        (
            "facilities: [{file: a.csv, type: bank, type_column: t}]",
            "F:3: facilities[0]: give type for all rows, or ty",
        ),
        ("facilities: [{file: a.csv, lon_column: x}]", "F:3: facilities[0]: lat_column is missing: name both columns"),
        ("facilities: [{file: a.csv, lat_column: y}]", "F:3: facilities[0]: lon_column is missing: name both columns"),
        (
            "facilities: [{file: a.csv, lon_column: x, lat_column: x}]",
            "F:3: facilities[0]: lon_column and lat_column are both 'x'",
        ),
        (
            "facilities: [{file: a.csv, lon_column: x, lat_column: y, location_column: p}]",
            "F:3: facilities[0]: give location_column, or lon_column and lat_column, not both",
        ),
        ("facilities: [{file: a.csv, sheet: 0}]", "F:3: facilities[0].sheet"),
        (
            "facilities: [{file: a.csv, type: renovated_estate, sheet: 1}]",
            "F:3:14: 'renovated_estate' is a layer of polygons, which has no sheet; give file, layer, datum and state_",
        ),
        (
            "facilities: [{file: a.csv, type: bank, state_column: s}]",
            "F:3:14: state_column belongs to renovated_estate, not to 'bank'; remove it",
        ),
        (
            "facilities: [{file: a.csv, state_column: s}]",
            "F:3:14: state_column belongs to renovated_estate, not to a list; remove it",
        ),
        ("facilities: [{file: a.csv, datum: mars}]", "F:3: facilities[0].datum: 'mars' is not a datum: give wgs84, "),
        ("population: {file: a.gpkg}", "F:3: population: column is missing: name the column that holds the number of"),
        ("population: {column: n}", "F:3: population: file is missing: name the file that holds the people"),
        ("communities: {file: a.gpkg}", "F:3: communities: id_column is missing: name the column that holds each"),
        ("communities: {name_column: n}", "F:3: communities: file is missing: name the file that holds the communi"),
        ("population: {file: a.gpkg, column: n, raster: b.tif}", "F:3: population: give file or raster, not both"),
        ("population: {groups: {elderly: a}}", "F:3: population: file is missing"),
        ("communities: {file: a.gpkg, id_column: i, osm_admin_level: 10}", "F:3: communities: give file or osm_admin"),
        ("communities: {osm_admin_level: 13}", "F:3: communities.osm_admin_level: got 13"),
        ("communities: {codes: {file: a.csv}}", "F:3: communities: codes need communities"),
        ("published: {bank: {value: -1, counts: stock}}", "F:3: published.bank.value: got -1: input should be greater"),
        ("output: {crs: 'EPSG:1'}", "F:3: output.crs: 'EPSG:1' is not a coordinate system of the plane or the globe"),
        ("output: {crs: 'EPSG:4979x'}", "F:3: output.crs: 'EPSG:4979x' is not a coordinate system"),
        ("output: {tiles: amap}", "F:3: output.tiles: 'amap' is not one of 'none', 'osm' or 'tianditu'"),
        ("published: {bank: {value: 1, counts: some}}", "F:3: published.bank.counts: 'some' is not one of 'stock', "),
    ],
)
def test_refused(tmp_path, more, message):
    assert refusal(tmp_path, f"{HEAD}{more}\n").startswith(message)


@pytest.mark.parametrize(
    ("osm", "message"),
    [
        ("{file: a.pbf, download: true}", "osm: give file or download, not both"),
        ("{}", "osm: name the OpenStreetMap file: osm: {file: city.osm.pbf}; or say download: true"),
        ("{download: false}", "osm: name the OpenStreetMap file"),
        ("{download: 1}", "osm.download: got 1, true or false is needed"),
        ("{download: {geofabrik: 'https://x.org/a'}}", "osm.download.geofabrik: 'https://x.org/a' is not a region"),
        ("{download: {geofabrik: ../etc}}", "osm.download.geofabrik: '../etc' is not a region"),
        ("{download: {geofabric: europe/iceland}}", "osm.download.geofabric: unknown key; did you mean 'geofabrik'?"),
    ],
)
def test_download_is_refused_plainly(tmp_path, osm, message):
    assert message in refusal(tmp_path, f"study: {{name: T, boundary: [1, 2, 3, 4]}}\nosm: {osm}\n")


def test_download_of_tiles_or_of_an_extract(tmp_path):
    for osm, wanted in (("true", True), ("{geofabrik: europe/iceland}", "europe/iceland")):
        path = tmp_path / "study.yml"
        path.write_text(f"study: {{name: T, boundary: [1, 2, 3, 4]}}\nosm: {{download: {osm}}}\n", encoding="utf-8")
        download = load_study(path).osm.download
        assert (download if wanted is True else download.geofabrik) == wanted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[39.99, 116.34, 40.01, 116.36]",
            "box [39.99, 116.34, 40.01, 116.36] has a latitude beyond 90, looks like lat",
        ),
        (
            "[181, 0, 182, 1]",
            "box [181, 0, 182, 1] has a longitude beyond 180: the order is [west, south, east, north]",
        ),
        ("[3, 2, 1, 4]", "box [3, 2, 1, 4]: west must be below east and south below north; the order is [west, south"),
        ("[1, 4, 3, 2]", "box [1, 4, 3, 2]: west must be below east"),
        ("[1, 2, 1, 4]", "box [1, 2, 1, 4]: west must be below east"),
        (
            "[-18.2, -18.0, 65.6, 65.7]",
            "box [-18.2, -18, 65.6, 65.7] is 83.8 by 83.7 degrees, too large for a city; the",
        ),
        ("[1, 2, 3]", "a box needs 4 numbers, [west, south, east, north] in degrees; got 3"),
        ("7", 'got 7: an area is needed: [w, s, e, n], a polygon file, {osm: "name"} or {relation: id}'),
        ("null", "got None: an area is needed"),
        ("''", "the file name is empty"),
        (
            "https://example.org/a.geojson",
            "'https://example.org/a.geojson' is a URL: download the file and name it her",
        ),
        (
            "/vsicurl/example.org/a.geojson",
            "'/vsicurl/example.org/a.geojson' is a virtual path (/vsi...): name a plain",
        ),
        ("/VSIzip/a.zip", "'/VSIzip/a.zip' is a virtual path"),
    ],
)
def test_boundary_refused(tmp_path, text, message):
    seen = area(tmp_path, text).replace("study.boundary.file:", "study.boundary:")
    assert seen.startswith(f"F:3: study.boundary: {message}")


def test_boundary_parts_refused(tmp_path):
    assert area(tmp_path, "[a, 2, 3, 4]") == "F:3: study.boundary[0]: got 'a', a number is needed"
    assert area(tmp_path, "{relation: x}") == "F:3: study.boundary.relation: got 'x', a whole number is needed"
    assert area(tmp_path, "{osm: ''}").startswith("F:3: study.boundary.osm: got ''")
    assert area(tmp_path, "{file: a.shp, datum: wgs48}") == (
        "F:3: study.boundary.datum: 'wgs48' is not a datum: give wgs84, cgcs2000, gcj02, bd09, EPSG:n, or detect"
    )
    assert "F:3: study.boundary.fil: unknown key; did you mean 'file'?" in area(tmp_path, "{fil: a.shp}")


def test_boundary_forms(tmp_path):
    def read(text: str) -> object:
        return load_study(write(tmp_path, f"study: {{name: T, boundary: {text}}}\nosm: {{file: a.pbf}}")).study.boundary

    assert read("[-1.5, 2, 3, 4]") == (-1.5, 2.0, 3.0, 4.0)
    assert read("data/a.geojson") == FileRef(file="data/a.geojson")
    assert read("{file: a.gpkg, layer: town, datum: cgcs2000}") == FileRef(
        file="a.gpkg", layer="town", datum="cgcs2000"
    )
    assert read("{file: a.shp, datum: GCJ-02}") == FileRef(file="a.shp", datum="gcj02")
    assert read("{file: a.shp, datum: 'epsg:4547'}") == FileRef(file="a.shp", datum="EPSG:4547")
    assert read("{osm: 鹤壁市}") == AreaName(osm="鹤壁市")
    assert read("{relation: 3110534}") == Relation(relation=3110534)


@pytest.mark.parametrize("date", ["2019-13", "2019-02-30", "0000"])
def test_a_date_is_in_the_calendar(tmp_path, date):
    about = f"study: {{name: T, boundary: [1, 2, 3, 4], date: '{date}'}}\nosm: {{file: a.osm.pbf}}\n"
    assert refusal(tmp_path, about) == f"F:1: study.date: '{date}' is no date: give YYYY, YYYY-MM or YYYY-MM-DD"


def test_missing_parts_and_many_problems(tmp_path):
    assert refusal(tmp_path, "study: {name: T}\n") == (
        "F:1: osm: this key is missing\nF:1: study.boundary: this key is missing"
    )
    assert refusal(tmp_path, f"{HEAD}a: 1\nb: 1\nc: 1\nd: 1\ne: 1\nf: 1\ng: 1").endswith("\n... and 2 more")
    assert "F:2: osm: name the OpenStreetMap file" in refusal(
        tmp_path, "study: {name: T, boundary: [1, 2, 3, 4]}\nosm: {}"
    )


def test_empty_later_keys_are_accepted_and_mean_the_defaults(tmp_path):
    empty = (
        "corrections: null\nfacilities: []\npopulation: {}\ncommunities: {}\npublished: {}\ncompleteness:\n"
        "walk: {slope: null, crossings: false}\noutput:\norigin: null\nrule:\n"
    )
    plain, written = load_study(write(tmp_path, HEAD)), load_study(write(tmp_path, HEAD + empty))
    assert plain == written
    assert (plain.standard, plain.language, plain.seed, plain.rule, plain.origin) == ("hebi-nine", "zh", 7, None, None)
    assert (plain.walk.max_access_m, plain.walk.private, plain.walk.cutoff_min) == (250.0, True, None)
    assert plain.population is None
    assert plain.communities is None
    assert plain.base == tmp_path


def test_names(tmp_path):
    def name(text: str) -> tuple[str, str]:
        seen = load_study(write(tmp_path, f"study: {{name: {text}, boundary: a.shp}}\nosm: {{file: a}}")).study.name
        return seen.zh, seen.en

    assert name("Hebi") == ("Hebi", "Hebi")
    assert name("{zh: 鹤壁市, en: Hebi}") == ("鹤壁市", "Hebi")
    assert name("{zh: 鹤壁市}") == ("鹤壁市", "鹤壁市")
    with pytest.raises(ConfigError, match=r"study\.name: give a text, or \{zh: \.\.\., en: \.\.\.\}"):
        name("''")


def test_a_study_cannot_be_changed(tmp_path):
    study = load_study(write(tmp_path, HEAD))
    with pytest.raises(ValueError, match="frozen"):
        study.seed = 8


def test_walkers():
    speeds = {key: (walker.speed_kmh, walker.steps) for key, walker in load_profiles().items()}
    assert speeds == {
        "adult": (4.8, True),
        "planner": (4.0, True),
        "elderly": (3.4, True),
        "child": (4.0, True),
        "wheelchair": (2.7, False),
        "osrm": (5.0, True),
    }
    assert all(walker.source for walker in load_profiles().values())
    with pytest.raises(ConfigError, match="unknown walk profile 'elder'; did you mean 'elderly'"):
        find_profile("elder")

    def walker(**keys: object) -> tuple[str, float, bool]:
        seen = study_profile(Walk.model_validate(keys), default="elderly")
        return seen.id, seen.speed_kmh, seen.steps

    assert walker() == ("elderly", 3.4, True)
    assert walker(profile="planner") == ("planner", 4.0, True)
    assert walker(profile="adult", steps=False) == ("adult, no steps", 4.8, False)
    assert walker(profile={"speed_kmh": 4.5}) == ("4.5 km/h", 4.5, True)
    assert walker(speed_kmh=3, steps=False) == ("3 km/h, no steps", 3.0, False)


def test_hash_sees_content_and_files_not_paths_comments_or_order(tmp_path):
    def digest(text: str, **hashes: str) -> str:
        return config_sha256(load_study(write(tmp_path, text)), hashes)

    one = 'study: {name: T, boundary: b.shp}\nosm: {file: "x/a.pbf"}\nseed: 7\n'
    two = '# a comment\nosm: {file: "a.pbf"}\nstudy: {boundary: {file: c.shp}, name: {zh: T, en: T}}\nlanguage: zh\n'
    same = digest(one, **{"x/a.pbf": "A" * 64, "b.shp": "B" * 64})
    assert same == digest(two, **{"a.pbf": "A" * 64, "c.shp": "B" * 64})
    assert len(same) == 64
    assert same != digest(one, **{"x/a.pbf": "C" * 64, "b.shp": "B" * 64})
    assert same != digest(one + "rule: lenient\n", **{"x/a.pbf": "A" * 64, "b.shp": "B" * 64})
    with pytest.raises(ConfigError, match=r"no hash given for b\.shp"):
        digest(one, **{"x/a.pbf": "A" * 64})


def test_hash_sees_the_standards_own_file(tmp_path):
    study = load_study(write(tmp_path, f"{HEAD}standard: mine.yml\n"))
    (tmp_path / "mine.yml").write_text("one", encoding="utf-8")
    first = config_sha256(study, {"a.osm.pbf": "A" * 64})
    (tmp_path / "mine.yml").write_text("two", encoding="utf-8")
    assert config_sha256(study, {"a.osm.pbf": "A" * 64}) != first


def test_hash_sees_the_snapshot_that_no_key_names(tmp_path):
    study = load_study(write(tmp_path, HEAD.replace("{file: a.osm.pbf}", "{download: true}")))
    digests = {config_sha256(study, {}, beside={"osm": letter * 64}) for letter in "AB"} | {config_sha256(study, {})}
    assert len(digests) == 3
