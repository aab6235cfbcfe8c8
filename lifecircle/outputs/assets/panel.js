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

lifecircle.panel = function (scene, act) {
  const el = lifecircle.element, words = scene.words, parts = {};
  const body = el("div", {class: "lc-body", id: scene.id + "-body"});
  const toggle = el("button", {type: "button", class: "lc-toggle", "aria-controls": body.id}, "");
  const root = el("section", {class: "lc-panel", "aria-label": words["map.panel"]}, [heading(), toggle, body]);
  L.DomEvent.disableClickPropagation(root);
  L.DomEvent.disableScrollPropagation(root);
  toggle.addEventListener("click", function () { open(root.classList.contains("lc-closed")); });
  body.append(views(), legendBox(), gapsBox(), facilitiesBox(), about(), footer());
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
    const hint = el("p", {class: "lc-hint"}, words["map.facilities_hint"]);
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
    parts.legend.replaceChildren(el("p", {class: "lc-hint"}, scene.legendTitle()));
    for (const group of [...scene.groups()].sort(function (a, b) { return a.rank - b.rank; })) {
      const swatch = el("i", {class: "lc-swatch" + (group.hatch ? " lc-hatch" : "") + (group.mark === "diamond" ? " lc-edge" : ""), "aria-hidden": "true"});
      swatch.style.backgroundColor = group.colour;
      parts.legend.append(el("div", {}, [swatch, el("span", {class: "lc-name"}, group.label), el("span", {class: "lc-share"}, group.rows.length.toLocaleString("en"))]));
    }
    parts.legend.append(key());
    gaps();
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
    const input = el("input", {type: "checkbox"});
    input.checked = scene.gapsOn;
    input.addEventListener("change", function () { act.showGaps(input.checked); });
    const rows = el("ol", {});
    for (const gap of shown) {
      const button = el("button", {type: "button"}, [
        el("b", {}, String(gap.number)), el("span", {class: "lc-name"}, gap.place), el("span", {class: "lc-share"}, gap.share)
      ]);
      button.addEventListener("click", function () { act.visit(gap); });
      rows.append(el("li", {}, button));
    }
    const more = list.length - shown.length;
    const title = words["map.gaps"] + " (" + list.length + ")";
    parts.gaps.append(el("h2", {}, title), el("label", {class: "lc-check"}, [input, words["map.gaps_show"]]), rows);
    if (more) parts.gaps.append(el("p", {class: "lc-hint"}, lifecircle.say(words, "map.gaps_more", {count: more})));
  }
};
