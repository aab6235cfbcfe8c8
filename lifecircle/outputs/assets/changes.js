// Before and after: who gains, who loses, and what was changed.
"use strict";
(function () {
  const WAYS = {new_way: "#00704f", closed_way: "#b3261e", opened_way: "#0a4fa3"};

  // ---- symbols: told apart by their shape ------------------------------------------------------
  function path(g, points, x, y, r) {
    g.beginPath();
    points.forEach(function (p, i) { if (i) g.lineTo(x + p[0] * r, y + p[1] * r); else g.moveTo(x + p[0] * r, y + p[1] * r); });
    g.closePath();
  }
  function stroke(g, width, colour) { g.lineWidth = width; g.strokeStyle = colour; g.stroke(); }
  const SYMBOLS = {
    added: function (g, x, y, r) { disc(g, x, y, r, "#00704f", "#fff"); },
    added_unknown: function (g, x, y, r) { disc(g, x, y, r, "#fff", "#00704f"); },
    removed: function (g, x, y, r) { square(g, x, y, r, "#b3261e", "#fff"); },
    removed_unknown: function (g, x, y, r) { square(g, x, y, r, "#fff", "#b3261e"); },
    moved_from: function (g, x, y, r) { // a hollow triangle pointing down
      path(g, [[-1, -0.8], [1, -0.8], [0, 1]], x, y, r); g.fillStyle = "#fff"; g.fill(); stroke(g, 2.2, "#5b2a86");
    },
    moved_to: function (g, x, y, r) { // a full triangle pointing up
      path(g, [[-1, 0.8], [1, 0.8], [0, -1]], x, y, r); g.fillStyle = "#5b2a86"; g.fill(); stroke(g, 1.5, "#fff");
    },
    changed: function (g, x, y, r) { // a diamond
      path(g, [[0, -1.1], [1.1, 0], [0, 1.1], [-1.1, 0]], x, y, r); g.fillStyle = "#8a6d00"; g.fill(); stroke(g, 1.5, "#fff");
    },
    new_homes: function (g, x, y, r) { // a house
      path(g, [[-0.9, 0.9], [-0.9, -0.1], [0, -1], [0.9, -0.1], [0.9, 0.9]], x, y, r); g.fillStyle = "#f0e442"; g.fill(); stroke(g, 1.6, "#5c4f00");
    }
  };
  function disc(g, x, y, r, colour, line) { // with a plus
    g.beginPath(); g.arc(x, y, r, 0, 7); g.fillStyle = colour; g.fill(); stroke(g, r / 6, line);
    bars(g, x, y, r * 0.55, 0, line);
  }
  function square(g, x, y, r, colour, line) { // with a cross
    path(g, [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]], x, y, r); g.fillStyle = colour; g.fill(); stroke(g, r / 6, line);
    bars(g, x, y, r * 0.6, Math.PI / 4, line);
  }
  function bars(g, x, y, r, turn, line) {
    g.beginPath();
    for (const angle of [turn, turn + Math.PI / 2]) {
      g.moveTo(x - Math.cos(angle) * r, y - Math.sin(angle) * r); g.lineTo(x + Math.cos(angle) * r, y + Math.sin(angle) * r);
    }
    stroke(g, Math.max(1, r * 0.42), line);
  }
  function way(g, mark, points) {
    function run() { g.beginPath(); points.forEach(function (p, i) { if (i) g.lineTo(p.x, p.y); else g.moveTo(p.x, p.y); }); }
    g.save(); g.lineCap = "round"; g.lineJoin = "round";
    run(); stroke(g, 8, "#fff");
    if (mark === "closed_way") g.setLineDash([2, 7]);
    if (mark === "opened_way") g.setLineDash([10, 6]);
    run(); stroke(g, mark === "closed_way" ? 6 : 4, WAYS[mark]);
    g.restore();
  }

  // ---- the canvas ------------------------------------------------------------------------------
  const Canvas = lifecircle.Canvas.extend({
    _draw: function (v) {
      this.at = {scale: v.scale, x: v.dx, y: v.dy, size: {x: v.width, y: v.height}};
      this.paint(v.g);
    },
    paint: function (g) {
      const scene = this.scene, base = scene.base;
      for (const [name, colour] of [["residential", "#efeae1"], ["parks", "#d5e6cb"], ["water", "#bcd7e8"]]) this.fill(g, base[name], null, colour);
      this.lines(g, base.streets);
      this.fill(g, base.buildings, null, "#e3ddd2");
      for (const group of scene.groups().slice().sort(function (a, b) { return b.rank - a.rank; })) this.residences(g, group);
      this.marks(g);
    },
    seen: function (set, row) {
      const at = this.at, b = 4 * row;
      return set.box[b + 2] * at.scale - at.x > 0 && set.box[b] * at.scale - at.x < at.size.x &&
        set.box[b + 3] * at.scale - at.y > 0 && set.box[b + 1] * at.scale - at.y < at.size.y;
    },
    trace: function (g, set, row, closed) {
      const at = this.at;
      for (let r = set.ring[row]; r < set.ring[row + 1]; r++) {
        for (let i = set.point[r]; i < set.point[r + 1]; i++) {
          const x = set.x[i] * at.scale - at.x, y = set.y[i] * at.scale - at.y;
          if (i === set.point[r]) g.moveTo(x, y); else g.lineTo(x, y);
        }
        if (closed) g.closePath();
      }
    },
    fill: function (g, set, rows, colour, edge) {
      g.beginPath();
      const count = rows ? rows.length : set.size;
      for (let i = 0; i < count; i++) { const row = rows ? rows[i] : i; if (this.seen(set, row)) this.trace(g, set, row, true); }
      g.fillStyle = colour;
      g.fill();
      if (edge && edge.line) stroke(g, edge.width, edge.line);
    },
    lines: function (g, set) {
      const wide = Math.max(0.6, Math.min(3, (this._zoom - 11) * 0.5));
      g.beginPath();
      for (let row = 0; row < set.size; row++) if (this.seen(set, row)) this.trace(g, set, row, false);
      stroke(g, wide, "#cfc8bb");
    },
    // Buildings too small to see are drawn as marks of a few pixels: what changes has a line, what is lost is a diamond.
    residences: function (g, group) {
      const set = this.scene.residences, at = this.at, least = group.line ? 7 : 3;
      this.fill(g, set, group.rows, group.colour, group);
      g.beginPath();
      for (const row of group.rows) {
        const b = 4 * row, wide = Math.max(set.box[b + 2] - set.box[b], set.box[b + 3] - set.box[b + 1]) * at.scale;
        if (wide >= least || !this.seen(set, row)) continue;
        const x = (set.box[b] + set.box[b + 2]) / 2 * at.scale - at.x, y = (set.box[b + 1] + set.box[b + 3]) / 2 * at.scale - at.y, r = least / 2;
        if (group.mark === "diamond") { g.moveTo(x, y - r - 1); g.lineTo(x + r + 1, y); g.lineTo(x, y + r + 1); g.lineTo(x - r - 1, y); g.closePath(); }
        else { g.moveTo(x + r, y); g.arc(x, y, r, 0, 7); }
      }
      // the line below the fill: where marks overlap, what they cover has one outline, and hollow ones stay hollow
      if (group.line) stroke(g, 1.6 * group.width, group.line);
      g.fillStyle = group.colour;
      g.fill();
    },
    pixel: function (place) { const at = this.at; return {x: place.x * at.scale - at.x, y: place.y * at.scale - at.y}; },
    marks: function (g) {
      const own = this, marks = this.scene.shown(), r = this.scene.radius(this._zoom);
      for (const mark of marks) if (mark.lines) mark.lines.forEach(function (line) { way(g, mark.mark, line.map(function (p) { return own.pixel(p); })); });
      for (const to of marks.filter(function (mark) { return mark.mark === "moved_to"; })) {
        const from = marks.find(function (mark) { return mark.mark === "moved_from" && mark.number === to.number && mark.type === to.type; });
        if (from) this.arrow(g, this.pixel(from.place), this.pixel(to.place));
      }
      for (const mark of marks) {
        const at = this.pixel(mark.place);
        if (SYMBOLS[mark.mark]) SYMBOLS[mark.mark](g, at.x, at.y, r);
        if (!mark.number) continue;
        g.font = "600 12px sans-serif"; g.textAlign = "left"; g.textBaseline = "middle"; g.lineWidth = 3; g.strokeStyle = "#fff"; g.fillStyle = "#222";
        g.strokeText(String(mark.number), at.x + 12, at.y - 9); g.fillText(String(mark.number), at.x + 12, at.y - 9);
      }
    },
    arrow: function (g, from, to) {
      g.save(); g.setLineDash([5, 4]); g.beginPath(); g.moveTo(from.x, from.y); g.lineTo(to.x, to.y); stroke(g, 1.8, "#5b2a86"); g.restore();
    },
    find: function (latlng) {
      const scene = this.scene, x = lifecircle.unitX(latlng.lng), y = lifecircle.unitY(latlng.lat), reach = (scene.radius(this._zoom) + 2) / this.at.scale;
      const mark = scene.shown().find(function (one) { return Math.abs(one.place.x - x) < reach && Math.abs(one.place.y - y) < reach; });
      if (mark) return {mark: mark};
      const set = scene.residences, near = 4 / this.at.scale;
      for (let row = 0; row < set.size; row++) {
        const b = 4 * row;
        if (x < set.box[b] - near || x > set.box[b + 2] + near || y < set.box[b + 1] - near || y > set.box[b + 3] + near) continue;
        const small = set.box[b + 2] - set.box[b] < 2 * near;
        if (small || lifecircle.holds(set, row, x, y)) return {row: row};
      }
      return null;
    }
  });

  // ---- the scene -------------------------------------------------------------------------------
  function sceneOf(data) {
    const scene = {data: data, label: data.label, view: data.start, base: {}, residences: lifecircle.unpack(data.residences.shapes)};
    for (const name of Object.keys(data.base)) scene.base[name] = lifecircle.unpack(data.base[name]);
    function place(p) { return {x: lifecircle.unitX(p[0]), y: lifecircle.unitY(p[1])}; }
    scene.marks = data.marks.map(function (mark) {
      return Object.assign({}, mark, {place: place(mark.at), lines: mark.lines && mark.lines.map(function (line) { return line.map(place); })});
    });
    // Facilities of a view's own types; all where it names none. Many unnumbered ones are small from afar.
    scene.shown = function () {
      const types = data.views[scene.view].types;
      return types ? scene.marks.filter(function (mark) { return types.includes(mark.type); }) : scene.marks;
    };
    scene.radius = function (zoom) { return scene.listed ? 9 : Math.max(4, Math.min(9, (zoom - 8) * 1.2)); };
    scene.listed = scene.marks.every(function (mark) { return mark.number; });
    const known = new Map();
    scene.groups = function () {
      if (!known.has(scene.view)) {
        const groups = data.states.map(function (state, rank) { return Object.assign({rank: rank, rows: []}, state); });
        const codes = data.views[scene.view].codes;
        for (let row = 0; row < codes.length; row++) groups[codes.charCodeAt(row) - 48].rows.push(row);
        known.set(scene.view, groups);
      }
      return known.get(scene.view);
    };
    return scene;
  }

  const el = function () { return lifecircle.element.apply(null, arguments); };

  function dotted(parts) { return parts.filter(Boolean).join(" · "); }

  function icon(mark) {
    const node = el("canvas", {width: 44, height: 44, "aria-hidden": "true"}), g = node.getContext("2d");
    node.style.width = node.style.height = "22px";
    g.scale(2, 2);
    if (SYMBOLS[mark]) SYMBOLS[mark](g, 11, 11, 7); else way(g, mark, [{x: 2, y: 16}, {x: 20, y: 6}]);
    return node;
  }

  function popup(scene, hit) {
    const data = scene.data;
    if (hit.mark) {
      const head = [hit.mark.number, data.markNames[hit.mark.mark]], said = [hit.mark.label, hit.mark.typeName];
      return el("div", {class: "lc-popup"}, [el("h2", {}, dotted(head)), el("p", {}, dotted(said)), hit.mark.detail ? el("p", {class: "lc-hint"}, hit.mark.detail) : ""]);
    }
    const table = el("table", {class: "lc-table"});
    for (const cells of data.changes[hit.row] || []) table.append(el("tr", {}, cells.map(function (cell, at) { return el(at ? "td" : "th", at ? {} : {scope: "row"}, cell); })));
    const same = (data.changes[hit.row] || []).length ? [] : [el("p", {class: "lc-hint"}, data.words.same)];
    return el("div", {class: "lc-popup"}, [el("h2", {}, data.residences.name[hit.row] || data.words.residence), el("p", {class: "lc-hint"}, data.residences.id[hit.row]), table].concat(same));
  }

  function panelOf(scene, act) {
    const data = scene.data, words = data.words, legend = el("div", {class: "lc-legend lc-wide"});
    const head = el("header", {}, [el("h1", {}, data.title), el("p", {class: "lc-standard"}, data.subtitle), el("p", {class: "lc-headline"}, data.headline), ].concat(data.who.map(function (line) { return el("p", {}, line); }), [el("p", {class: "lc-hint"}, data.basis)]));
    const views = el("fieldset", {class: "lc-views"}, [el("legend", {}, words.view)]);
    data.views.forEach(function (view, row) {
      if (view.labels && !data.views[row - 1].labels) views.append(el("p", {class: "lc-hint"}, words.types));
      const input = el("input", {type: "radio", name: "lc-view", value: view.id});
      input.checked = row === scene.view;
      input.addEventListener("change", function () { act.choose(row); });
      views.append(el("label", {class: "lc-view"}, [input, el("span", {class: "lc-name"}, view.name), el("span", {class: "lc-rule"}, view.shares), el("span", {class: "lc-share"}, view.change)]));
    });
    const made = el(scene.listed ? "ol" : "div", scene.listed ? {} : {class: "lc-legend lc-wide"});
    if (scene.listed) scene.marks.forEach(function (mark) { made.append(el("li", {}, listed(mark))); });
    const foot = el("footer", {}, data.footer.map(function (line) { return el("p", {}, line); }));
    if (data.notes.length) foot.append(el("ul", {}, data.notes.map(function (note) { return el("li", {}, note); })));
    const body = el("div", {class: "lc-body"}, [views, el("h2", {}, words.legend), legend, el("div", {class: "lc-gaps"}, [el("h2", {}, words.made), made]), foot]);
    const toggle = el("button", {type: "button", class: "lc-toggle", "aria-expanded": "true"}, words.hide);
    const root = el("section", {class: "lc-panel", "aria-label": data.title}, [toggle, head, body]);
    toggle.addEventListener("click", function () {
      const closed = root.classList.toggle("lc-closed");
      toggle.textContent = closed ? words.show : words.hide;
      toggle.setAttribute("aria-expanded", String(!closed));
    });
    L.DomEvent.disableClickPropagation(root);
    L.DomEvent.disableScrollPropagation(root);
    return {root: root, refresh: function () {
      if (!scene.listed) made.replaceChildren.apply(made, counts());
      made.parentNode.hidden = !made.childNodes.length;
      legend.replaceChildren(el("p", {class: "lc-hint"}, words.unit));
      for (const group of scene.groups()) {
        if (!group.rows.length) continue;
        const swatch = el("i", {class: "lc-swatch" + (group.hatch ? " lc-hatch" : ""), "aria-hidden": "true"});
        swatch.style.backgroundColor = group.colour;
        swatch.style.borderRadius = group.mark === "disc" ? "6px" : "0";
        if (group.mark === "diamond") swatch.style.transform = "rotate(45deg) scale(.8)", swatch.style.width = "11px";
        if (group.line) swatch.style.border = "1.5px solid " + group.line;
        legend.append(el("div", {}, [swatch, el("span", {class: "lc-name"}, (data.views[scene.view].labels || {})[group.key] || group.label), el("span", {class: "lc-share"}, group.rows.length.toLocaleString("en"))]));
      }
    }};

    function listed(mark) {
      const button = el("button", {type: "button", class: "lc-change"}, [el("b", {}, String(mark.number)), icon(mark.mark), el("span", {}, dotted([data.markNames[mark.mark], mark.label, mark.typeName]))]);
      button.style.gridTemplateColumns = "20px 28px minmax(0, 1fr)";
      button.addEventListener("click", function () { act.visit(mark); });
      return button;
    }

    function counts() {
      const shown = scene.shown().map(function (mark) { return mark.mark; });
      return Object.keys(data.markNames).filter(function (name) { return shown.includes(name); }).map(function (name) {
        const count = shown.filter(function (mark) { return mark === name; }).length;
        return el("div", {}, [icon(name), el("span", {class: "lc-name"}, data.markNames[name]), el("span", {class: "lc-share"}, count.toLocaleString("en"))]);
      });
    }
  }

  lifecircle.showChanges = function (map, data) {
    const scene = sceneOf(data), canvas = new Canvas(scene);
    const panel = panelOf(scene, {
      choose: function (row) { scene.view = row; map.closePopup(); canvas.redraw(); panel.refresh(); },
      visit: function (mark) { map.setView([mark.at[1], mark.at[0]], Math.max(map.getZoom(), 16), {animate: false}); }
    });
    document.documentElement.lang = data.language === "zh" ? "zh-CN" : "en";
    map.attributionControl.setPrefix(false).addAttribution(data.attribution);
    L.control.zoom({position: "topright", zoomInTitle: data.words.zoom_in, zoomOutTitle: data.words.zoom_out}).addTo(map);
    L.control.scale({position: "bottomright", imperial: false, maxWidth: 140}).addTo(map);
    map.getContainer().append(panel.root);
    map.getContainer().classList.add("lc-map");
    map.getContainer().setAttribute("role", "main");
    panel.refresh();
    const wide = panel.root.offsetWidth < map.getSize().x * 0.7;
    map.fitBounds(data.bounds, {paddingTopLeft: [wide ? panel.root.offsetWidth + 24 : 12, 12], paddingBottomRight: [12, wide ? 12 : panel.root.offsetHeight + 12], animate: false});
    canvas.addTo(map);
    map.on("click", function (event) {
      const hit = canvas.find(event.latlng);
      if (!hit) return;
      const shown = L.popup({maxWidth: 440, minWidth: 180, maxHeight: 340}).setLatLng(event.latlng).setContent(popup(scene, hit)).openOn(map);
      shown.getElement().querySelector(".leaflet-popup-close-button").setAttribute("aria-label", data.words.close);
    });
    map.on("mousemove", function (event) { map.getContainer().classList.toggle("lc-hit", Boolean(canvas.find(event.latlng))); });
  };
})();
