"use strict";
// The walks of an estate on a quiet base; every text comes as data and is set as text, never as HTML.
var lifecircleWalks = (function () {
  var BASE = {
    water: { stroke: false, fillColor: "#cfe3ee", fillOpacity: 1 },
    parks: { stroke: false, fillColor: "#e3ecd8", fillOpacity: 1 },
    buildings: { stroke: false, fillColor: "#ddd7cc", fillOpacity: 1 },
    streets: { color: "#c9c2b4", weight: 1.4, opacity: 1 },
  };
  var CROSSINGS = { signals: "#009e73", marked: "#e69f00", unmarked: "#d55e00" };

  function element(tag, text, className) {
    var made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function popup(title, rows) {
    var box = element("div", undefined, "lw-popup");
    box.appendChild(element("h2", title));
    var table = box.appendChild(element("table"));
    rows.forEach(function (row) {
      var line = table.appendChild(element("tr"));
      line.appendChild(element("th", row[0]));
      line.appendChild(element("td", row[1]));
    });
    return box;
  }

  function symbol(kind) {
    var marks = {
      line: '<path d="M2 9 H28" stroke="#0072b2" stroke-width="3" opacity=".7"/>',
      longest: '<path d="M2 9 H28" stroke="#8f3500" stroke-width="4"/>',
      residence: '<rect x="9" y="4" width="12" height="10" fill="#56b4e9" stroke="#00456f"/>',
      no_walk: '<rect x="9" y="4" width="12" height="10" fill="#fff" stroke="#d55e00" stroke-width="2"/>',
      facility: '<rect x="8" y="2" width="14" height="14" fill="#1a1a1a" stroke="#fff" stroke-width="2"/>',
    };
    Object.keys(CROSSINGS).forEach(function (name) {
      marks[name] = '<circle cx="15" cy="9" r="5" fill="' + CROSSINGS[name] + '" stroke="#fff" stroke-width="1.5"/>';
    });
    var holder = element("span");
    holder.innerHTML = '<svg width="30" height="18" aria-hidden="true">' + marks[kind] + "</svg>";
    return holder;
  }

  function panel(map, data) {
    var box = element("section", undefined, "lw-panel");
    box.appendChild(element("h1", data.title));
    data.lines.forEach(function (line) { box.appendChild(element("p", line)); });
    var figures = box.appendChild(element("dl", undefined, "lw-figures"));
    data.figures.forEach(function (row) {
      figures.appendChild(element("dt", row[0]));
      figures.appendChild(element("dd", row[1]));
    });
    var legend = box.appendChild(element("div", undefined, "lw-legend"));
    data.legend.forEach(function (row) {
      legend.appendChild(symbol(row[0]));
      legend.appendChild(element("span", row[1]));
    });
    box.appendChild(element("footer", data.footer));
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    map.getContainer().appendChild(box);
    return box;
  }

  function show(map, data) {
    map.getContainer().classList.add("lw-map");
    var canvas = L.canvas({ padding: 0.3, tolerance: 4 });
    ["water", "parks", "streets", "buildings"].forEach(function (name) {
      L.geoJSON(data.base[name], { style: BASE[name], interactive: false, renderer: canvas }).addTo(map);
    });
    L.geoJSON(data.residences, {
      renderer: canvas,
      style: function (feature) {
        return feature.properties.walk
          ? { color: "#00456f", weight: 0.8, fillColor: "#56b4e9", fillOpacity: 0.9 }
          : { color: "#d55e00", weight: 2, fillColor: "#fff", fillOpacity: 0.9 };
      },
      pointToLayer: function (_, at) { return L.circleMarker(at, { radius: 4, renderer: canvas }); },
      onEachFeature: function (feature, layer) { layer.bindPopup(popup(feature.properties.title, feature.properties.rows)); },
    }).addTo(map);
    L.geoJSON(data.streets, {
      renderer: canvas,
      interactive: false,
      style: function (feature) { return { color: "#0072b2", weight: 1 + 5 * feature.properties.part, opacity: 0.35 + 0.5 * feature.properties.part }; },
    }).addTo(map);
    var faint = Math.max(0.12, Math.min(0.7, 12 / Math.max(data.walks.features.length, 1)));
    L.geoJSON(data.walks, {
      renderer: canvas,
      style: function (feature) {
        return feature.properties.longest ? { color: "#8f3500", weight: 5, opacity: 1 } : { color: "#0072b2", weight: 3, opacity: faint };
      },
      onEachFeature: function (feature, layer) { layer.bindPopup(popup(feature.properties.title, feature.properties.rows)); },
    }).addTo(map);
    L.geoJSON(data.crossings, {
      pointToLayer: function (feature, at) {
        return L.circleMarker(at, { radius: 6, color: "#fff", weight: 1.5, fillColor: CROSSINGS[feature.properties.kind], fillOpacity: 1, renderer: canvas });
      },
      onEachFeature: function (feature, layer) { layer.bindPopup(popup(feature.properties.title, feature.properties.rows)); },
    }).addTo(map);
    L.geoJSON(data.facilities, {
      pointToLayer: function (feature, at) {
        var icon = L.divIcon({ className: "", html: '<svg width="18" height="18"><rect x="1" y="1" width="16" height="16" fill="#1a1a1a" stroke="#fff" stroke-width="2"/></svg>', iconSize: [18, 18] });
        return L.marker(at, { icon: icon, title: feature.properties.title, alt: feature.properties.title });
      },
      onEachFeature: function (feature, layer) {
        layer.bindPopup(popup(feature.properties.title, feature.properties.rows));
        layer.bindTooltip(feature.properties.title, { permanent: data.facilities.features.length <= 5, direction: "right", offset: [9, 0], className: "lw-label" });
      },
    }).addTo(map);
    var box = panel(map, data);
    var wide = map.getContainer().clientWidth > 640;
    map.fitBounds(data.bounds, { paddingTopLeft: [wide ? box.offsetWidth + 36 : 12, wide ? 24 : box.offsetHeight + 24], paddingBottomRight: [90, 24] });
    L.control.zoom({ position: "topright" }).addTo(map);
    L.control.scale({ position: "bottomright", imperial: false }).addTo(map);
  }

  return { show: show };
})();
