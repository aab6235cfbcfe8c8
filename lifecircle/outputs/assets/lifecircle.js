// Ties data, painting and panel together on a Leaflet map.
"use strict";
(function () {
  const STATUS = ["covered", "not_covered", "unknown"];
  const LOOK = {
    covered: {mark: "disc", line: "#00507d", rank: 0, hatch: false},
    not_covered: {mark: "diamond", line: "#7a3600", rank: 1, hatch: false},
    unknown: {mark: "open", line: "#5f5f5f", rank: 2, hatch: true}
  };
  const DRAW_ORDER = [0, 2, 1]; // what is missing comes on top

  lifecircle.scene = function (data) {
    const scene = {
      id: data.id, words: data.words, title: data.title, footer: data.footer, label: data.label, circles: data.circles,
      types: data.types.map(function (type) { return Object.assign({on: !data.circles.length}, type); }),
      under: data.under, circle: -1, gapsOn: true, bandsOn: false, tilesOn: false, tiles: data.tiles, communitiesOn: false, routes: [],
      shownFacilities: [], shownClusters: [], shownGaps: [], base: {},
      residences: lifecircle.unpack(data.residences.shapes), facilities: points(data.facilities)
    };
    for (const name of Object.keys(data.base)) scene.base[name] = lifecircle.unpack(data.base[name]);
    const rows = Array.from({length: scene.base.streets.size}, function (_, row) { return row; });
    scene.roads = rows.filter(function (row) { return data.streets.path[row] === "0"; });
    scene.paths = rows.filter(function (row) { return data.streets.path[row] === "1"; });
    scene.named = rows.filter(function (row) { return data.streets.name[row] > 0; });
    scene.streetName = function (row) { return data.streets.names[data.streets.name[row]]; };
    const gaps = data.gaps.map(function (gap) {
      return Object.assign({}, gap, {x: lifecircle.unitX(gap.lon), y: lifecircle.unitY(gap.lat)});
    });
    scene.gapsOf = function (circle) { return gaps.filter(function (gap) { return gap.circle === circle; }); };
    const bands = data.bands.map(function (band) { return Object.assign({}, band, {shape: lifecircle.unpack(band.shape)}); });
    scene.bandsOf = function (circle) { return bands.filter(function (band) { return band.circle === circle; }); };
    scene.communities = data.communities && Object.assign({}, data.communities, {shapes: lifecircle.unpack(data.communities.shapes)});
    scene.centre = function (row) {
      const box = scene.residences.box, b = 4 * row;
      return {x: (box[b] + box[b + 2]) / 2, y: (box[b + 1] + box[b + 3]) / 2};
    };
    const known = new Map();
    scene.groups = function () {
      if (!known.has(scene.circle)) known.set(scene.circle, scene.circle < 0 ? byCount(data) : byStatus(data, scene.circle));
      return known.get(scene.circle);
    };
    scene.legendTitle = function () {
      const name = scene.circle < 0 ? lifecircle.say(data.words, "map.count_hint", {counted: data.counted}) : data.circles[scene.circle].name;
      return name + " · " + data.unit;
    };
    return scene;
  };

  function points(packed) {
    const count = packed.type.length, x = new Float64Array(count), y = new Float64Array(count);
    let lon = 0, lat = 0;
    for (let i = 0; i < count; i++) {
      lon += packed.xy[2 * i]; lat += packed.xy[2 * i + 1];
      x[i] = lifecircle.unitX(lon / 1e6); y[i] = lifecircle.unitY(lat / 1e6);
    }
    return {x: x, y: y, type: packed.type, name: packed.name, id: packed.id};
  }

  function byStatus(data, circle) {
    const groups = STATUS.map(function (status) {
      return Object.assign({colour: data.colours.status[status], label: data.words["status." + status], rows: []}, LOOK[status]);
    });
    const codes = data.circles[circle].status;
    for (let row = 0; row < codes.length; row++) groups[codes.charCodeAt(row) - 48].rows.push(row);
    return DRAW_ORDER.map(function (at) { return groups[at]; });
  }

  function byCount(data) {
    const groups = data.colours.count.map(function (colour, count) {
      return {colour: colour, label: String(count), rank: count, rows: [], mark: "disc", hatch: false, line: "rgba(40,30,20,.55)"};
    });
    const open = Object.assign({colour: data.colours.status.unknown, label: data.words["map.count_open"], rows: []}, LOOK.unknown, {rank: groups.length});
    const doubtful = new Set(data.open);
    data.covered.forEach(function (count, row) { (doubtful.has(row) ? open : groups[count]).rows.push(row); });
    return [...groups.reverse(), open].filter(function (group) { return group !== open || open.rows.length; });
  }

  // ---- pop-ups -------------------------------------------------------------------------------
  function rowsTable(rows) {
    const el = lifecircle.element, table = el("table", {class: "lc-table"});
    for (const cells of rows) {
      const line = el("tr", {}, cells.map(function (cell, at) { return el(at ? "td" : "th", at ? {} : {scope: "row"}, cell); }));
      table.append(line);
    }
    return table;
  }

  function popup(title, parts) {
    const el = lifecircle.element;
    return el("div", {class: "lc-popup"}, [el("h2", {}, title)].concat(parts));
  }

  function residence(data, row, draw) {
    const words = data.words, el = lifecircle.element;
    const lines = data.circles.map(function (circle) {
      const status = STATUS[circle.status.charCodeAt(row) - 48], mark = el("i", {class: "lc-swatch lc-" + status, "aria-hidden": "true"});
      const cause = data.causes[circle.cause.charCodeAt(row) - 48];
      const verdict = circle.assessable ? words["status." + status] + (cause ? words.colon + cause : "") : circle.why;
      return [circle.name, el("span", {}, [mark, verdict]), amount(data, circle, row, status), server(data, circle, row, draw)];
    });
    const count = lifecircle.say(words, "map.count_of", {value: data.covered[row], counted: data.counted});
    return popup(data.residences.name[row] || words["map.residence"], [
      el("p", {class: "lc-hint"}, words["map.id"] + words.colon + data.residences.id[row] + " · " + count), rowsTable(lines),
      el("p", {class: "lc-hint"}, words["map.walk_hint"])
    ]);
  }

  function amount(data, circle, row, status) {
    const parts = [], tenths = circle.tenths && circle.tenths[row], metres = circle.metres && circle.metres[row];
    if (tenths !== null) parts.push(lifecircle.say(data.words, "map.minutes", {value: (tenths / 10).toFixed(1)}));
    if (metres !== null) parts.push(lifecircle.say(data.words, "map.metres", {value: metres}));
    return parts.join(" / ") || (circle.walked && status === "not_covered" ? data.words["map.beyond"] : "–");
  }

  // The facility that decides, as a button that draws the walk to it.
  function server(data, circle, row, draw) {
    const at = circle.facility ? circle.facility[row] : null;
    if (at === null) return "";
    const name = data.facilities.name[at] || data.types[data.facilities.type[at]].name;
    const button = lifecircle.element("button", {type: "button", class: "lc-walk", title: data.words["map.walk"]}, name);
    button.addEventListener("click", function () { draw(row, [at]); });
    return button;
  }

  function facility(data, row) {
    const words = data.words, type = data.types[data.facilities.type[row]];
    return popup(data.facilities.name[row] || words["map.unnamed"], [
      rowsTable([[words["map.type"], type.name], [words["map.id"], data.facilities.id[row]]].concat(data.facilities.detail ? data.facilities.detail[row] : []))
    ]);
  }

  function gapPopup(data, gap) {
    const name = lifecircle.say(data.words, "map.gap", {number: gap.number});
    return popup(data.circles[gap.circle].name + " · " + name, [el("p", gap.place), rowsTable(gap.rows)]);
    function el(tag, text) { return lifecircle.element(tag, {}, text); }
  }

  function community(data, row) {
    const rows = data.circles.map(function (circle, at) { return [circle.name, data.communities.share[at][row] || "–"]; });
    rows.push([data.words["map.all_circles"], data.communities.share[data.circles.length][row] || "–"]);
    return popup(data.communities.name[row], [rowsTable(rows)]);
  }

  function content(data, hit, draw) {
    if (hit.kind === "gap") return gapPopup(data, hit.gap);
    if (hit.kind === "community") return community(data, hit.row);
    return hit.kind === "facility" ? facility(data, hit.row) : residence(data, hit.row, draw);
  }

  // ---- the map -------------------------------------------------------------------------------
  lifecircle.show = function (map, data) {
    const scene = lifecircle.scene(data), painting = new lifecircle.Painting(scene), act = {};
    act.choose = function (row) {
      scene.circle = row;
      scene.types.forEach(function (type, at) { type.on = row >= 0 && data.circles[row].types.includes(at); });
      panel.sortTypes();
      update();
    };
    act.showType = function (row, on) { scene.types[row].on = on; painting.redraw(); };
    act.show = function (what, on) { scene[what] = on; painting.redraw(); panel.refresh(); };
    const tiles = (data.tiles ? data.tiles.urls : []).map(function (url) {
      return L.tileLayer(url, {subdomains: data.tiles.subdomains, maxNativeZoom: data.tiles.deepest, maxZoom: 20, attribution: data.tiles.attribution});
    });
    act.showTiles = function (on) {
      tiles.forEach(function (layer) { if (on) layer.addTo(map); else layer.remove(); });
      act.show("tilesOn", on);
    };
    act.visit = function (hit, latlng, zoom) {
      map.setView(latlng, Math.max(map.getZoom(), zoom), {animate: false});
      open(hit, latlng);
    };
    act.find = function (entry) {
      if (entry.hit.kind === "facility") scene.types[data.facilities.type[entry.hit.row]].on = true;
      if (entry.hit.kind === "community") scene.communitiesOn = true;
      panel.sortTypes();
      panel.refresh();
      act.visit(entry.hit, lifecircle.latLng(entry.x, entry.y), entry.hit.kind === "community" ? 14 : 17);
    };
    let routes = null;
    function draw(row, facilities) {
      routes = routes || new lifecircle.Routes(scene.base.streets, data.streets);
      scene.routes = [];
      for (const at of new Set(facilities)) {
        const line = routes.between(scene.centre(row), {x: scene.facilities.x[at], y: scene.facilities.y[at]});
        if (line) scene.routes.push({line: line, facility: at});
      }
      painting.redraw();
    }
    function drawFrom(row) {
      const circles = scene.circle < 0 ? data.circles : [data.circles[scene.circle]];
      draw(row, circles.filter(function (circle) { return circle.facility && circle.facility[row] !== null; })
        .map(function (circle) { return circle.facility[row]; }));
    }
    // On a phone the panel is a sheet at the bottom: attribution and scale move above it.
    act.resized = function (root) {
      const height = root.offsetWidth > map.getSize().x * 0.7 ? root.offsetHeight : 0;
      map.getContainer().style.setProperty("--lc-sheet", height + "px");
    };
    const panel = lifecircle.panel(scene, act, lifecircle.search(lifecircle.searchable(data, scene), data.words, act.find));
    document.documentElement.lang = data.language === "zh" ? "zh-CN" : "en";
    map.attributionControl.setPrefix(false).addAttribution(data.attribution);
    L.control.zoom({position: "topright", zoomInTitle: data.words["map.zoom_in"], zoomOutTitle: data.words["map.zoom_out"]}).addTo(map);
    L.control.scale({position: "bottomright", imperial: false, maxWidth: 140}).addTo(map);
    map.getContainer().append(panel.root);
    map.getContainer().classList.add("lc-map");
    map.getContainer().setAttribute("role", "main");
    panel.open(map.getSize().x > 640);
    map.on("resize", function () { act.resized(panel.root); });
    fit();
    painting.addTo(map);
    panel.refresh();
    map.on("click", function (event) {
      const hit = painting.find(event.latlng);
      if (hit && hit.kind === "cluster") map.setView(lifecircle.latLng(hit.cluster.x, hit.cluster.y), map.getZoom() + 2, {animate: false});
      else if (hit) open(hit, event.latlng);
    });
    map.on("mousemove", function (event) { map.getContainer().classList.toggle("lc-hit", Boolean(painting.find(event.latlng))); });

    function update() { map.closePopup(); scene.routes = []; painting.redraw(); panel.refresh(); }
    function open(hit, latlng) {
      const beside = covered();
      if (hit.kind === "residence") drawFrom(hit.row);
      const popup = L.popup({maxWidth: 440, minWidth: 200, maxHeight: 340, autoPanPaddingTopLeft: [beside.x + 8, 8], autoPanPaddingBottomRight: [56, beside.y + 8]})
        .setLatLng(latlng).setContent(content(data, hit, draw)).openOn(map);
      popup.getElement().querySelector(".leaflet-popup-close-button").setAttribute("aria-label", data.words["map.close"]);
    }
    // How much of the map the panel hides, in pixels: a column on the left or a sheet at the bottom.
    function covered() {
      const size = map.getSize(), sheet = panel.root.offsetWidth > size.x * 0.7;
      return sheet ? L.point(0, panel.root.offsetHeight) : L.point(panel.root.offsetWidth + 12, 0);
    }
    function fit() {
      const beside = covered();
      map.fitBounds(data.bounds, {paddingTopLeft: [beside.x + 12, 12], paddingBottomRight: [12, beside.y + 12], animate: false});
    }
  };

  // folium's own layers expect two helpers that are not shipped here: stand-ins of the size they need.
  if (!window.$) {
    window.$ = function (html) {
      if (html === document) return {ready: function (run) { run(); }};
      const holder = document.createElement("div");
      holder.innerHTML = html;
      return holder.children;
    };
  }
  if (!L.AwesomeMarkers) L.AwesomeMarkers = {icon: function () { return new L.Icon.Default(); }};
})();
