// Title, views, legend, gaps and facilities beside the map. Outside text enters by textContent alone.
"use strict";
lifecircle.element = function (tag, attributes, content) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
  for (const part of [].concat(content === undefined ? [] : content)) node.append(part);
  return node;
};

lifecircle.say = function (words, key, values) {
  return words[key].replace(/\{(\w+)\}/g, function (_, name) { return values[name]; });
};

lifecircle.panel = function (scene, act, search) {
  const el = lifecircle.element, words = scene.words, parts = {};
  const body = el("div", {class: "lc-body", id: scene.id + "-body"});
  const toggle = el("button", {type: "button", class: "lc-toggle", "aria-controls": body.id}, "");
  const root = el("section", {class: "lc-panel", "aria-label": words["map.panel"]}, [heading(), toggle, body]);
  L.DomEvent.disableClickPropagation(root);
  L.DomEvent.disableScrollPropagation(root);
  toggle.addEventListener("click", function () { open(root.classList.contains("lc-closed")); });
  body.append(search, ...(scene.circles.length ? [views(), legendBox(), overlays(), gapsBox(), communitiesBox()] : []), facilitiesBox(), background(), about(), footer());
  return {root: root, refresh: refresh, open: open, sortTypes: sortTypes};

  function open(yes) {
    root.classList.toggle("lc-closed", !yes);
    toggle.setAttribute("aria-expanded", String(yes));
    toggle.textContent = yes ? words["map.panel_hide"] : words["map.panel_show"];
    act.resized(root);
  }

  function heading() {
    return el("header", {}, [
      el("h1", {}, scene.title.study), el("p", {class: "lc-standard"}, scene.title.standard),
      el("p", {class: "lc-headline"}, scene.title.headline), el("p", {class: "lc-hint"}, scene.title.basis)
    ]);
  }

  function about() {
    if (!scene.title.details.length) return "";
    const list = el("dl", {class: "lc-basis"});
    for (const [label, value] of scene.title.details) list.append(el("dt", {}, label), el("dd", {}, value));
    return el("section", {}, [el("h2", {}, words["map.about"]), list]);
  }

  function views() {
    const box = el("fieldset", {class: "lc-views"}, el("legend", {}, words["map.views"]));
    box.append(view(-1, words["map.count_view"], "", null));
    scene.circles.forEach(function (circle, row) { box.append(view(row, circle.name, circle.share, circle)); });
    return box;
  }

  function view(row, name, share, circle) {
    const input = el("input", {type: "radio", name: scene.id + "-view", value: row < 0 ? "count" : circle.id});
    input.checked = row === scene.circle;
    input.addEventListener("change", function () { act.choose(row); });
    const label = el("label", {class: circle && !circle.assessable ? "lc-view lc-dim" : "lc-view"}, [
      input, el("span", {class: "lc-name"}, name)
    ]);
    if (circle) {
      label.append(el("span", {class: "lc-rule"}, circle.threshold), el("span", {class: "lc-share"}, share));
      label.append(circle.assessable ? bar(circle) : el("span", {class: "lc-why"}, circle.why));
    }
    return label;
  }

  function bar(circle) {
    const strip = el("span", {class: "lc-bar", "aria-hidden": "true"});
    ["covered", "unknown", "not_covered"].forEach(function (status, at) {
      const piece = el("i", {class: "lc-" + status});
      piece.style.width = 100 * circle.parts[at] + "%";
      strip.append(piece);
    });
    return strip;
  }

  function legendBox() {
    parts.legend = el("div", {class: "lc-legend"});
    return el("section", {}, [el("h2", {}, words["map.legend"]), parts.legend]);
  }

  function overlays() {
    parts.overlays = el("div", {class: "lc-overlays"});
    return parts.overlays;
  }

  function communitiesBox() {
    parts.communities = el("div", {class: "lc-gaps"});
    return parts.communities;
  }

  function gapsBox() {
    parts.gaps = el("div", {class: "lc-gaps"});
    return parts.gaps;
  }

  function facilitiesBox() {
    parts.types = [];
    const list = el("div", {class: "lc-types"});
    scene.types.forEach(function (type, row) {
      const input = el("input", {type: "checkbox", value: type.id});
      input.addEventListener("change", function () { act.showType(row, input.checked); });
      const icon = el("canvas", {width: 40, height: 40, "aria-hidden": "true"}), g = icon.getContext("2d");
      g.scale(2, 2);
      lifecircle.symbol(g, 10, 10, 8, type, true);
      list.append(el("label", {title: type.title}, [
        input, icon, el("span", {class: "lc-name"}, type.name), el("span", {class: "lc-share"}, String(type.count))
      ]));
      parts.types.push(input);
    });
    if (!scene.types.length) list.append(el("p", {}, words["map.facilities_none"]));
    const hint = scene.circles.length ? el("p", {class: "lc-hint"}, words["map.facilities_hint"]) : "";
    return el("details", {open: ""}, [el("summary", {}, words["map.facilities"]), hint, list]);
  }

  function footer() {
    const foot = el("footer", {});
    for (const line of scene.footer) foot.append(el("p", {}, line));
    if (!scene.title.notes.length) return foot;
    const notes = el("ul", {}, scene.title.notes.map(function (note) { return el("li", {}, note); }));
    foot.append(el("details", {}, [el("summary", {}, words["notes"]), notes]));
    return foot;
  }

  // The ticked types come first, each part in its own order.
  function sortTypes() {
    const labels = parts.types.map(function (input) { return input.parentElement; });
    for (const on of [true, false]) {
      labels.forEach(function (label, row) { if (scene.types[row].on === on) label.parentElement.append(label); });
    }
  }

  function refresh() {
    parts.types.forEach(function (input, row) { input.checked = scene.types[row].on; });
    if (!scene.circles.length) return;
    parts.legend.replaceChildren(el("p", {class: "lc-hint"}, scene.legendTitle()));
    for (const group of [...scene.groups()].sort(function (a, b) { return a.rank - b.rank; })) {
      const swatch = el("i", {class: "lc-swatch" + (group.hatch ? " lc-hatch" : "") + (group.mark === "diamond" ? " lc-edge" : ""), "aria-hidden": "true"});
      swatch.style.backgroundColor = group.colour;
      parts.legend.append(el("div", {}, [swatch, el("span", {class: "lc-name"}, group.label), el("span", {class: "lc-share"}, group.rows.length.toLocaleString("en"))]));
    }
    parts.legend.append(key());
    bands();
    gaps();
    communities();
  }

  function tick(what, text) {
    const input = el("input", {type: "checkbox"});
    input.checked = scene[what];
    input.addEventListener("change", function () { act.show(what, input.checked); });
    return el("label", {class: "lc-check"}, [input, text]);
  }

  // The background asks servers elsewhere: only after the reader has ticked it.
  function background() {
    if (!scene.tiles) return "";
    const input = el("input", {type: "checkbox"});
    input.addEventListener("change", function () { act.showTiles(input.checked); });
    return el("label", {class: "lc-check"}, [input, words["map.tiles"]]);
  }

  function bands() {
    const minutes = scene.bandsOf(scene.circle).map(function (band) { return band.minutes; }).sort(function (a, b) { return a - b; });
    parts.overlays.replaceChildren();
    if (minutes.length) parts.overlays.append(tick("bandsOn", lifecircle.say(words, "map.bands", {minutes: minutes.join(" / ")})));
  }

  // The communities with the least that can be covered come first.
  function communities() {
    const areas = scene.communities, column = scene.circle < 0 ? scene.circles.length : scene.circle;
    parts.communities.replaceChildren();
    if (!areas) return;
    const least = areas.least[column], rows = areas.name.map(function (_, row) { return row; });
    const worst = rows.filter(function (row) { return least[row] !== null; }).sort(function (a, b) { return least[a] - least[b] || a - b; });
    const list = el("ol", {});
    for (const row of worst.slice(0, 10)) {
      const button = el("button", {type: "button"}, [el("b", {}, "▸"), el("span", {class: "lc-name"}, areas.name[row]), el("span", {class: "lc-share"}, areas.share[column][row])]);
      button.addEventListener("click", function () {
        act.visit({kind: "community", row: row}, L.latLng(areas.lat[row], areas.lon[row]), 14);
      });
      list.append(el("li", {}, button));
    }
    parts.communities.append(el("h2", {}, words["map.communities"] + " (" + rows.length + ")"), tick("communitiesOn", words["map.communities_show"]), list);
  }

  function key() {
    const row = el("div", {class: "lc-key"});
    for (const [name, colour] of [["residential", "#efeae1"], ["parks", "#d5e6cb"], ["water", "#bcd7e8"], ["buildings", "#dcd5ca"]]) {
      if (!scene.base[name].size) continue;
      const swatch = el("i", {class: "lc-swatch", "aria-hidden": "true"});
      swatch.style.backgroundColor = colour;
      row.append(el("span", {}, [swatch, words["map." + name]]));
    }
    return row;
  }

  function gaps() {
    const list = scene.gapsOf(scene.circle), shown = list.slice(0, 12);
    parts.gaps.replaceChildren();
    if (!list.length) return;
    const rows = el("ol", {});
    for (const gap of shown) {
      const button = el("button", {type: "button"}, [
        el("b", {}, String(gap.number)), el("span", {class: "lc-name"}, gap.place), el("span", {class: "lc-share"}, gap.share)
      ]);
      button.addEventListener("click", function () { act.visit({kind: "gap", gap: gap}, L.latLng(gap.lat, gap.lon), 16); });
      rows.append(el("li", {}, button));
    }
    const more = list.length - shown.length;
    const title = words["map.gaps"] + " (" + list.length + ")";
    parts.gaps.append(el("h2", {}, title), tick("gapsOn", words["map.gaps_show"]), rows);
    if (more) parts.gaps.append(el("p", {class: "lc-hint"}, lifecircle.say(words, "map.gaps_more", {count: more})));
  }
};
