// One canvas that holds the quiet base, the residences, the facilities and the gap numbers.
"use strict";
lifecircle.Painting = lifecircle.Canvas.extend({
  _draw: function (v) {
    const scene = this.scene, base = scene.base;
    if (!scene.tilesOn) {
      this._areas(v, base.residential, {fill: "#efeae1"});
      this._areas(v, base.parks, {fill: "#d5e6cb"});
      this._areas(v, base.water, {fill: "#bcd7e8"});
    }
    if (scene.under) this._residences(v);
    if (!scene.tilesOn) this._areas(v, base.buildings, {fill: scene.under ? "rgba(60,50,40,.16)" : "#dcd5ca", least: v.zoom < 14 ? 0.8 : 0});
    if (!scene.tilesOn) this._streets(v);
    if (!scene.under) this._residences(v);
    lifecircle.overlays.bands(this, v, scene);
    lifecircle.overlays.communities(this, v, scene);
    if (!scene.tilesOn) this._names(v);
    lifecircle.overlays.routes(v, scene);
    this._facilities(v);
    this._gaps(v);
  },

  // Draws features of `set` (all, or those in `only`) in batches; smaller than `least` px become dots of that size.
  _areas: function (v, set, style, only) {
    const g = v.g, least = style.least || 0, count = only ? only.length : set.size;
    let batch = 0, dots = [];
    g.fillStyle = style.fill;
    g.strokeStyle = style.line || "";
    g.lineWidth = style.width || 0;
    g.beginPath();
    for (let k = 0; k < count; k++) {
      const f = only ? only[k] : k, b = 4 * f, box = set.box;
      if (box[b] > v.east || box[b + 2] < v.west || box[b + 1] > v.south || box[b + 3] < v.north) continue;
      const extent = Math.max(box[b + 2] - box[b], box[b + 3] - box[b + 1]) * v.scale;
      if (extent < Math.max(least, 0.7)) {
        if (least) dots.push(f);
        continue;
      }
      trace(set, f);
      if (++batch % 300 === 0) paint();
    }
    paint();
    for (const f of dots) this._dot(v, set, f, style);

    function trace(shapes, f) {
      for (let r = shapes.ring[f]; r < shapes.ring[f + 1]; r++) {
        for (let i = shapes.point[r]; i < shapes.point[r + 1]; i++) {
          const x = shapes.x[i] * v.scale - v.dx, y = shapes.y[i] * v.scale - v.dy;
          if (i === shapes.point[r]) g.moveTo(x, y); else g.lineTo(x, y);
        }
        g.closePath();
      }
    }
    function paint() {
      g.fill();
      if (style.over) { g.fillStyle = style.over; g.fill(); g.fillStyle = style.fill; }
      if (style.line) g.stroke();
      g.beginPath();
    }
  },

  // A residence too small to see as a shape: disc, diamond or open square, so that colour is not alone.
  _dot: function (v, set, f, style) {
    const g = v.g, b = 4 * f, r = style.least / 2;
    const x = (set.box[b] + set.box[b + 2]) / 2 * v.scale - v.dx, y = (set.box[b + 1] + set.box[b + 3]) / 2 * v.scale - v.dy;
    if (r < 2.4) { g.fillRect(x - r, y - r, 2 * r, 2 * r); return; }
    g.beginPath();
    if (style.mark === "diamond") {
      g.moveTo(x, y - r * 1.25); g.lineTo(x + r * 1.25, y); g.lineTo(x, y + r * 1.25); g.lineTo(x - r * 1.25, y); g.closePath();
    } else if (style.mark === "open") {
      g.rect(x - r * 0.8, y - r * 0.8, r * 1.6, r * 1.6);
      g.fillStyle = "#fff"; g.strokeStyle = style.ink; g.lineWidth = 1.5; g.fill(); g.stroke(); g.fillStyle = style.fill;
      return;
    } else g.arc(x, y, r, 0, 7);
    g.fill();
  },

  _streets: function (v) {
    const roads = this.scene.roads, paths = this.scene.paths;
    if (v.zoom >= 15) {
      this._lines(v, paths, "#c9c1b4", v.zoom >= 17 ? 1.6 : 1, v.zoom >= 16 ? [4, 3] : []);
      const width = v.zoom >= 18 ? 9 : v.zoom >= 17 ? 7 : v.zoom >= 16 ? 4.5 : 3;
      this._lines(v, roads, "#cbc4b8", width + 1.4, []);
      this._lines(v, roads, "#ffffff", width, []);
    } else {
      if (v.zoom >= 14) this._lines(v, paths, "#dad4c9", 0.7, []);
      this._lines(v, roads, v.zoom >= 13 ? "#cfc8bc" : "#d9d3c8", v.zoom >= 14 ? 1.5 : v.zoom >= 13 ? 1 : 0.6, []);
    }
  },

  _lines: function (v, only, colour, width, dash) {
    const g = v.g, set = this.scene.base.streets, box = set.box;
    let batch = 0;
    g.strokeStyle = colour; g.lineWidth = width; g.lineJoin = g.lineCap = width > 2 ? "round" : "butt"; g.setLineDash(dash);
    g.beginPath();
    for (const f of only) {
      const b = 4 * f;
      if (box[b] > v.east || box[b + 2] < v.west || box[b + 1] > v.south || box[b + 3] < v.north) continue;
      const last = set.point[f + 1] - 1;
      let px = NaN, py = NaN;
      for (let i = set.point[f]; i <= last; i++) {
        const x = set.x[i] * v.scale - v.dx, y = set.y[i] * v.scale - v.dy;
        if (i === set.point[f]) g.moveTo(x, y);
        else if (i === last || Math.abs(x - px) + Math.abs(y - py) > 1.5) g.lineTo(x, y);
        else continue;
        px = x; py = y;
      }
      if (++batch % 200 === 0) { g.stroke(); g.beginPath(); }
    }
    g.stroke();
    g.setLineDash([]);
  },

  // Street names along the longest visible piece of each street.
  _names: function (v) {
    if (v.zoom < 16) return;
    const scene = this.scene, set = scene.base.streets, box = set.box, best = new Map();
    for (const f of scene.named) {
      const b = 4 * f;
      if (box[b] > v.east || box[b + 2] < v.west || box[b + 1] > v.south || box[b + 3] < v.north) continue;
      for (let i = set.point[f] + 1; i < set.point[f + 1]; i++) {
        const dx = (set.x[i] - set.x[i - 1]) * v.scale, dy = (set.y[i] - set.y[i - 1]) * v.scale, run = Math.hypot(dx, dy);
        const name = scene.streetName(f), known = best.get(name);
        if (!known || run > known.run) best.set(name, {
          run: run, angle: Math.atan2(dy, dx),
          x: (set.x[i] + set.x[i - 1]) / 2 * v.scale - v.dx, y: (set.y[i] + set.y[i - 1]) / 2 * v.scale - v.dy
        });
      }
    }
    const g = v.g;
    g.font = "11px " + lifecircle.font; g.textAlign = "center"; g.textBaseline = "middle";
    g.lineWidth = 3; g.lineJoin = "round"; g.strokeStyle = "rgba(255,255,255,.9)"; g.fillStyle = "#5c554a";
    const placed = [];
    for (const [name, at] of [...best].sort(function (a, b) { return b[1].run - a[1].run; })) {
      const length = g.measureText(name).width;
      if (at.run < length * 0.8 || placed.some(function (p) { return Math.hypot(p.x - at.x, p.y - at.y) < (p.l + length) / 2; })) continue;
      placed.push({x: at.x, y: at.y, l: length});
      const turn = at.angle > Math.PI / 2 ? at.angle - Math.PI : at.angle < -Math.PI / 2 ? at.angle + Math.PI : at.angle;
      g.save(); g.translate(at.x, at.y); g.rotate(turn); g.strokeText(name, 0, 0); g.fillText(name, 0, 0); g.restore();
    }
  },

  _residences: function (v) {
    const scene = this.scene, least = v.zoom < 12 ? 2.4 : v.zoom < 14 ? 3.2 : v.zoom < 15 ? 4.5 : v.zoom < 17 ? 6 : 8;
    v.g.globalAlpha = scene.under ? 0.78 : 1;
    for (const group of scene.groups()) {
      const outlined = v.zoom >= 15 && group.line;
      this._areas(v, scene.residences, {
        fill: group.colour, least: least, mark: group.mark, ink: group.line,
        line: outlined ? group.line : null, width: outlined ? 1 : 0,
        over: group.hatch && v.zoom >= 14 ? lifecircle.hatch(v.g) : null
      }, group.rows);
    }
    v.g.globalAlpha = 1;
  },

  _facilities: function (v) {
    const scene = this.scene, at = scene.facilities, large = v.zoom >= 14;
    scene.shownFacilities = [];
    scene.shownClusters = [];
    for (const rows of lifecircle.overlays.gathered(v, scene)) {
      if (rows.length > 1) {
        scene.shownClusters.push(lifecircle.overlays.cluster(v, scene, rows));
        continue;
      }
      const f = rows[0];
      lifecircle.symbol(v.g, at.x[f] * v.scale - v.dx, at.y[f] * v.scale - v.dy, large ? 8 : 3.4, scene.types[at.type[f]], large);
      scene.shownFacilities.push(f);
    }
  },

  // Numbers, largest gap first; one that would touch another waits for a closer look.
  _gaps: function (v) {
    const scene = this.scene, g = v.g;
    scene.shownGaps = [];
    if (!scene.gapsOn) return;
    g.textAlign = "center"; g.textBaseline = "middle";
    for (const gap of scene.gapsOf(scene.circle)) {
      const x = gap.x * v.scale - v.dx, y = gap.y * v.scale - v.dy;
      if (x < 0 || y < 0 || x > v.width || y > v.height) continue;
      const r = 8 + 2.2 * String(gap.number).length;
      if (scene.shownGaps.some(function (p) { return Math.hypot(p.px - x, p.py - y) < p.r + r + 2; })) continue;
      g.beginPath(); g.arc(x, y, r, 0, 7);
      g.fillStyle = "#fff"; g.fill(); g.lineWidth = 2.2; g.strokeStyle = "#8f3f00"; g.stroke();
      g.font = "bold 11px " + lifecircle.font; g.fillStyle = "#5e2a00"; g.fillText(String(gap.number), x, y + 0.5);
      gap.px = x; gap.py = y; gap.r = r;
      scene.shownGaps.push(gap);
    }
  },

  // What lies under a point of the map: a gap, a cluster, a facility or a residence, in this order.
  find: function (latlng) {
    const scene = this.scene, v = this._view, x = lifecircle.unitX(latlng.lng), y = lifecircle.unitY(latlng.lat);
    const reach = function (px) { return px / v.scale; };
    for (const gap of scene.shownGaps) if (Math.hypot(gap.x - x, gap.y - y) <= reach(gap.r + 1)) return {kind: "gap", gap: gap};
    for (const cluster of scene.shownClusters) {
      if (Math.hypot(cluster.x - x, cluster.y - y) <= reach(cluster.r)) return {kind: "cluster", cluster: cluster};
    }
    let found = null, nearest = reach(v.zoom >= 14 ? 10 : 6);
    for (const f of scene.shownFacilities) {
      const away = Math.hypot(scene.facilities.x[f] - x, scene.facilities.y[f] - y);
      if (away <= nearest) { nearest = away; found = {kind: "facility", row: f}; }
    }
    return found || this._findResidence(x, y, reach(6));
  },

  _findResidence: function (x, y, margin) {
    const set = this.scene.residences, box = set.box;
    let found = null, nearest = margin;
    for (let f = 0; f < set.size; f++) {
      const b = 4 * f;
      if (box[b] - margin > x || box[b + 2] + margin < x || box[b + 1] - margin > y || box[b + 3] + margin < y) continue;
      if (lifecircle.holds(set, f, x, y)) return {kind: "residence", row: f};
      const away = Math.hypot((box[b] + box[b + 2]) / 2 - x, (box[b + 1] + box[b + 3]) / 2 - y);
      if (away <= nearest) { nearest = away; found = {kind: "residence", row: f}; }
    }
    return found;
  }
});

lifecircle.font = "'Noto Sans','Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',system-ui,sans-serif";

lifecircle.hatch = function (g) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 6;
  const t = tile.getContext("2d");
  t.strokeStyle = "rgba(70,70,70,.75)"; t.lineWidth = 1.1;
  t.beginPath(); t.moveTo(-1, 7); t.lineTo(7, -1); t.moveTo(-1, 1); t.lineTo(1, -1); t.moveTo(5, 7); t.lineTo(7, 5); t.stroke();
  return g.createPattern(tile, "repeat");
};

// Facility symbols differ by outline and letter, so that they never compete with the verdict's colours.
lifecircle.symbol = function (g, x, y, r, type, large) {
  const corners = [0, 4, 6, 5, -4][type.shape];
  g.beginPath();
  if (!corners) g.arc(x, y, r, 0, 7);
  else for (let k = 0; k < Math.abs(corners); k++) {
    const turn = -Math.PI / 2 + (corners === 4 ? Math.PI / 4 : 0) + 2 * Math.PI * k / Math.abs(corners), s = r * (corners === -4 ? 1.3 : 1.15);
    g.lineTo(x + s * Math.cos(turn), y + s * Math.sin(turn));
  }
  g.closePath();
  g.fillStyle = large ? "#fff" : "#222"; g.strokeStyle = large ? "#222" : "#fff"; g.lineWidth = large ? 1.6 : 1;
  g.fill(); g.stroke();
  if (!large) return;
  g.font = "bold 10px " + lifecircle.font; g.fillStyle = "#111"; g.textAlign = "center"; g.textBaseline = "middle";
  g.fillText(type.glyph, x, y + 0.6);
};
