// Packed shapes: running differences of whole microdegrees, unpacked to unit Mercator.
"use strict";
var lifecircle = window.lifecircle || {};
window.lifecircle = lifecircle;

// pack.parts: rings per feature; pack.points: vertices per ring, negative for a hole; pack.xy: differences.
lifecircle.unpack = function (pack) {
  const features = pack.parts.length, rings = pack.points.length, total = pack.xy.length / 2;
  const set = {
    size: features,
    ring: new Int32Array(features + 1),
    point: new Int32Array(rings + 1),
    x: new Float64Array(total),
    y: new Float64Array(total),
    box: new Float64Array(4 * features)
  };
  let lon = 0, lat = 0;
  for (let i = 0; i < total; i++) {
    lon += pack.xy[2 * i];
    lat += pack.xy[2 * i + 1];
    set.x[i] = lifecircle.unitX(lon / 1e6);
    set.y[i] = lifecircle.unitY(lat / 1e6);
  }
  for (let f = 0; f < features; f++) set.ring[f + 1] = set.ring[f] + pack.parts[f];
  for (let r = 0; r < rings; r++) set.point[r + 1] = set.point[r] + Math.abs(pack.points[r]);
  if (!pack.lines) orient(set, pack.points);
  measure(set);
  return set;

  // Outlines run one way and holes the other, so that many overlapping shapes fill in one go.
  function orient(shapes, points) {
    for (let r = 0; r < points.length; r++) {
      const from = shapes.point[r], to = shapes.point[r + 1];
      let twice = 0;
      for (let i = from, j = to - 1; i < to; j = i++) twice += shapes.x[j] * shapes.y[i] - shapes.x[i] * shapes.y[j];
      if ((twice < 0) !== (points[r] < 0)) {
        shapes.x.subarray(from, to).reverse();
        shapes.y.subarray(from, to).reverse();
      }
    }
  }

  function measure(shapes) {
    for (let f = 0; f < shapes.size; f++) {
      let west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
      for (let i = shapes.point[shapes.ring[f]]; i < shapes.point[shapes.ring[f + 1]]; i++) {
        west = Math.min(west, shapes.x[i]); east = Math.max(east, shapes.x[i]);
        north = Math.min(north, shapes.y[i]); south = Math.max(south, shapes.y[i]);
      }
      shapes.box.set([west, north, east, south], 4 * f);
    }
  }
};

lifecircle.unitX = function (lon) { return (lon + 180) / 360; };
lifecircle.unitY = function (lat) {
  return 0.5 - Math.log(Math.tan(Math.PI / 4 + lat * Math.PI / 360)) / (2 * Math.PI);
};
lifecircle.latLng = function (x, y) {
  return L.latLng((2 * Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) - Math.PI / 2) * 180 / Math.PI, x * 360 - 180);
};

// Whether the unit-Mercator point lies in feature f (even-odd over all of its rings).
lifecircle.holds = function (set, f, x, y) {
  let inside = false;
  for (let r = set.ring[f]; r < set.ring[f + 1]; r++) {
    const from = set.point[r], to = set.point[r + 1];
    for (let i = from, j = to - 1; i < to; j = i++) {
      if ((set.y[i] > y) !== (set.y[j] > y) &&
          x < (set.x[j] - set.x[i]) * (y - set.y[i]) / (set.y[j] - set.y[i]) + set.x[i]) inside = !inside;
    }
  }
  return inside;
};
