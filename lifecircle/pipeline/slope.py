"""What slows the walkers of a study: from its configuration to the network and its impedance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyproj import Transformer

from lifecircle.config.load import resolve_file
from lifecircle.model.area import WGS84
from lifecircle.model.hindrance import Hindrances
from lifecircle.model.provenance import Note
from lifecircle.network.hindrances import with_heights
from lifecircle.sources.elevation import read_heights

if TYPE_CHECKING:
    from lifecircle.config.schema import Study, Walk
    from lifecircle.model.network import WalkNetwork


def hindrances(walk: Walk) -> Hindrances:
    """Return what a study's ``walk`` switches on."""
    waits = walk.crossings
    return Hindrances(
        slope=walk.slope is not None,
        steps_factor=walk.steps_factor,
        signals_s=waits.signals_s if waits else 0.0,
        unsignalised_s=waits.unsignalised_s if waits else 0.0,
        stairs_s=waits.stairs_s if waits else 0.0,
    )


def graded(network: WalkNetwork, study: Study) -> tuple[WalkNetwork, tuple[Note, ...]]:
    """Return `network` with the gradients that the study asks for, and a note on how many edges have one.

    Raises
    ------
    ConfigError, SourceError
        If the raster of heights cannot be read.
    """
    slope = study.walk.slope
    if slope is None or not network.edges:
        return network, ()
    if slope.file is not None:
        to_degrees = Transformer.from_crs(network.crs, WGS84, always_xy=True)
        lon, lat = to_degrees.transform(network.node_x, network.node_y)
        heights = read_heights(resolve_file(study.base, slope.file), lon=np.asarray(lon), lat=np.asarray(lat))
        network = with_heights(network, heights)
    sloping = int(np.count_nonzero(network.gradient))
    share = sloping / network.edges
    return network, (
        Note(
            "network.slope",
            f"Slope is counted by Tobler's function on the {sloping:,} of {network.edges:,} edges ({share:.1%}) whose "
            "gradient is known; the others count as level.",
            f"坡度按 Tobler 函数计入：{network.edges:,} 条边中有 {sloping:,} 条（{share:.1%}）坡度已知，其余按平地计。",
            warning=share < 0.5,
        ),
    )
