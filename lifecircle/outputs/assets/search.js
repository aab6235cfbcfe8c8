// A search box over the names of facilities, residences, communities and gaps; it asks nobody outside the page.
"use strict";
lifecircle.search = function (entries, words, pick) {
  const el = lifecircle.element, most = 8, key = function (text) { return text.normalize("NFKC").toLowerCase(); };
  const keys = entries.map(function (entry) { return key(entry.text + " " + entry.also); });
  const input = el("input", {type: "search", placeholder: words["map.search"], "aria-label": words["map.search"], autocomplete: "off"});
  const list = el("ul", {class: "lc-found", "aria-label": words["map.search_found"], hidden: ""});
  const said = el("p", {class: "lc-hint", role: "status"});
  input.addEventListener("input", show);
  input.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && list.querySelector("button")) list.querySelector("button").click();
    if (event.key === "Escape") { input.value = ""; show(); }
  });
  return el("div", {class: "lc-search"}, [input, said, list]);

  function show() {
    const asked = key(input.value.trim()), parts = asked.split(/\s+/);
    list.replaceChildren();
    said.textContent = "";
    list.hidden = !asked;
    if (!asked) return;
    const found = [];
    for (let at = 0; at < entries.length; at++) {
      if (parts.every(function (part) { return keys[at].includes(part); })) found.push(at);
    }
    found.sort(function (a, b) { return rank(a, asked) - rank(b, asked) || entries[a].order - entries[b].order || a - b; });
    for (const at of found.slice(0, most)) {
      const button = el("button", {type: "button"}, [el("span", {class: "lc-name"}, entries[at].text), el("span", {class: "lc-share"}, entries[at].also)]);
      button.addEventListener("click", function () { pick(entries[at]); });
      list.append(el("li", {}, button));
    }
    list.hidden = !found.length;
    said.textContent = found.length ? lifecircle.say(words, "map.search_count", {shown: Math.min(most, found.length), count: found.length}) : words["map.search_none"];
  }

  function rank(at, asked) {
    const name = key(entries[at].text);
    return name === asked ? 0 : name.startsWith(asked) ? 1 : 2;
  }
};

// What can be found: named things, and every residence by its id.
lifecircle.searchable = function (data, scene) {
  const found = [], at = scene.facilities;
  for (let f = 0; f < at.type.length; f++) {
    const type = data.types[at.type[f]];
    found.push({order: 0, text: at.name[f] || data.words["map.unnamed"], also: type.name, x: at.x[f], y: at.y[f], hit: {kind: "facility", row: f}});
  }
  data.residences.name.forEach(function (name, row) {
    found.push(Object.assign({order: 2, text: name || data.residences.id[row], also: name ? data.residences.id[row] : data.words["map.residence"], hit: {kind: "residence", row: row}}, scene.centre(row)));
  });
  const areas = data.communities;
  if (areas) areas.name.forEach(function (name, row) {
    found.push({order: 1, text: name, also: data.words["map.community"], x: lifecircle.unitX(areas.lon[row]), y: lifecircle.unitY(areas.lat[row]), hit: {kind: "community", row: row}});
  });
  return found;
};
