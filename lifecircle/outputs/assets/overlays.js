// What can be laid over the base: walking bands, communities, routes, and symbols gathered where they would overlap.
"use strict";
lifecircle.overlays = {
  bands: function (painting, v, scene) {
    if (!scene.bandsOn) return;
    for (const band of scene.bandsOf(scene.circle)) {
      painting._areas(v, band.shape, {fill: "rgba(0,158,115,.13)", line: "rgba(0,110,80,.75)", width: 1.1});
    }
  },

  communities: function (painting, v, scene) {
    const areas = scene.communities;
    if (!areas || !scene.communitiesOn) return;
    painting._areas(v, areas.shapes, {fill: "rgba(0,0,0,0)", line: "#5b3f8c", width: v.zoom < 13 ? 1 : 1.6});
    if (v.zoom < 13) return;
    const g = v.g, placed = [];
    g.font = "600 12px " + lifecircle.font; g.textAlign = "center"; g.textBaseline = "middle";
    g.lineWidth = 3; g.lineJoin = "round"; g.strokeStyle = "rgba(255,255,255,.92)"; g.fillStyle = "#46306e";
    for (let row = 0; row < areas.name.length; row++) {
      const x = lifecircle.unitX(areas.lon[row]) * v.scale - v.dx, y = lifecircle.unitY(areas.lat[row]) * v.scale - v.dy;
      const half = g.measureText(areas.name[row]).width / 2 + 4;
      if (x < 0 || y < 0 || x > v.width || y > v.height) continue;
      if (placed.some(function (p) { return Math.abs(p.x - x) < p.half + half && Math.abs(p.y - y) < 16; })) continue;
      placed.push({x: x, y: y, half: half});
      g.strokeText(areas.name[row], x, y); g.fillText(areas.name[row], x, y);
    }
  },

  routes: function (v, scene) {
    const g = v.g;
    g.lineJoin = g.lineCap = "round";
    for (const route of scene.routes) {
      for (const [colour, width] of [["#fff", 6.5], ["#111", 3]]) {
        g.beginPath();
        route.line.forEach(function (at, i) {
          const x = at[0] * v.scale - v.dx, y = at[1] * v.scale - v.dy;
          if (i) g.lineTo(x, y); else g.moveTo(x, y);
        });
        g.strokeStyle = colour; g.lineWidth = width; g.setLineDash(colour === "#fff" ? [] : [1, 5.5]); g.stroke();
      }
    }
    g.setLineDash([]);
  },

  // Rows of facilities in view, those that would overlap together.
  gathered: function (v, scene) {
    const at = scene.facilities, side = v.zoom >= 18 ? 0 : 30, cells = new Map();
    const ends = new Set(scene.routes.map(function (route) { return route.facility; }));
    for (let f = 0; f < at.type.length; f++) {
      if (!scene.types[at.type[f]].on && !ends.has(f)) continue;
      if (at.x[f] < v.west || at.x[f] > v.east || at.y[f] < v.north || at.y[f] > v.south) continue;
      const column = Math.floor(at.x[f] * v.scale / side), line = Math.floor(at.y[f] * v.scale / side);
      const cell = side && !ends.has(f) ? column + "," + line : "alone" + f;
      if (cells.has(cell)) cells.get(cell).push(f); else cells.set(cell, [f]);
    }
    return cells.values();
  },

  cluster: function (v, scene, rows) {
    const at = scene.facilities, g = v.g, mean = function (values) { return rows.reduce(function (sum, f) { return sum + values[f]; }, 0) / rows.length; };
    const x = mean(at.x), y = mean(at.y), r = 8 + 2 * String(rows.length).length;
    g.beginPath(); g.arc(x * v.scale - v.dx, y * v.scale - v.dy, r, 0, 7);
    g.fillStyle = "#222"; g.strokeStyle = "#fff"; g.lineWidth = 1.5; g.fill(); g.stroke();
    g.font = "bold 11px " + lifecircle.font; g.fillStyle = "#fff"; g.textAlign = "center"; g.textBaseline = "middle";
    g.fillText(String(rows.length), x * v.scale - v.dx, y * v.scale - v.dy + 0.5);
    return {x: x, y: y, r: r, rows: rows};
  }
};
