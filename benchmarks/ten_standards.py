"""Ten standards of one loaded place, from one search per facility type and walker."""

from __future__ import annotations

from benchmarks.registry import Outcome, Size
from benchmarks.timing import free_cores, interleaved
from benchmarks.whole_audit import study
from lifecircle.config.standards import list_standards
from lifecircle.pipeline.audits import audits, load_place_for

TITLE = "Ten standards of one loaded place"
GOAL_S = 5


def run(size: Size) -> Outcome:
    """Check each against an audit by it alone, then measure all together and one after the other."""
    place, names = load_place_for(study(size), list_standards()), list_standards()
    together = audits(place, names)
    for name in names:
        alone = audits(place, [name])[name].coverage
        same = alone.residences.equals(together[name].coverage.residences)
        assert same, f"{name} alone differs"
        assert alone.headline == together[name].coverage.headline, f"{name} alone differs"
    found = interleaved(
        {
            f"{len(names)} standards together": lambda: audits(place, names),
            "one after the other": lambda: [audits(place, [name]) for name in names],
        },
        size.repetitions,
    )
    joint = next(iter(found.values()))
    rows = tuple((name, times.text(), f"{times.median_wall:.1f} s") for name, times in found.items())
    searched = {key for one in together.values() for key in one.times}
    return Outcome(
        ("audits", "CPU, median (range)", "wall, median"),
        rows,
        ((f"all presets <= {GOAL_S} s: {joint.median_wall:.1f} s", joint.median_wall <= GOAL_S),),
        (
            f"{len(place.joined.origins.ids)} origins, {len(place.facilities)} facilities, {len(searched)} searches.",
            "The place is loaded, its entrances joined to the network; gaps and causes are not asked for.",
            f"Cores free, by two threads that only hash: {free_cores():.1f} of 2.",
        ),
    )
