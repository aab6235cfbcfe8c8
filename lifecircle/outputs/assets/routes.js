// Walks drawn on demand: the shortest way along the drawn streets between two points of the map.
"use strict";
lifecircle.Routes = function (streets, table) {
  const edges = streets.size, from = running(table.from), to = new Int32Array(edges), cost = table.length;
  let nodes = 0;
  for (let e = 0; e < edges; e++) {
    to[e] = from[e] + table.to[e];
    nodes = Math.max(nodes, from[e] + 1, to[e] + 1);
  }
  const out = arcs(), open = function (e) { return table.way[e] !== "x"; };
  const forward = function (e) { return "bf".includes(table.way[e]); }, backward = function (e) { return "br".includes(table.way[e]); };

  // Points of the walk in unit Mercator, both ends included; null where the streets do not join them.
  this.between = function (start, end) {
    const a = foot(start), b = foot(end);
    if (!a || !b) return null;
    let best = Infinity, last = -1, straight = false;
    if (a.edge === b.edge && (a.share <= b.share ? forward : backward)(a.edge)) {
      best = Math.abs(a.share - b.share) * cost[a.edge];
      straight = true;
    }
    const found = search(a, b);
    for (const [node, rest] of arrivals(b)) {
      if (found.cost[node] + rest < best) { best = found.cost[node] + rest; last = node; straight = false; }
    }
    if (!isFinite(best)) return null;
    const middle = straight ? piece(a.edge, a, b) : walk(found, last, a, b);
    return [[start.x, start.y]].concat(middle, [[end.x, end.y]]);
  };

  function running(steps) {
    const values = new Int32Array(steps.length);
    let at = 0;
    for (let i = 0; i < steps.length; i++) values[i] = at += steps[i];
    return values;
  }

  function arcs() {
    const first = new Int32Array(nodes + 1);
    for (let e = 0; e < edges; e++) { first[from[e] + 1]++; first[to[e] + 1]++; }
    for (let n = 0; n < nodes; n++) first[n + 1] += first[n];
    const next = first.slice(), edge = new Int32Array(2 * edges);
    for (let e = 0; e < edges; e++) { edge[next[from[e]]++] = e; edge[next[to[e]]++] = e; }
    return {first: first, edge: edge};
  }

  // The nearest place on a street that may be walked, and its share of the street's length.
  function foot(point) {
    const set = streets, box = set.box;
    let best = null, nearest = Infinity;
    for (let e = 0; e < edges; e++) {
      const b = 4 * e, off = Math.max(box[b] - point.x, point.x - box[b + 2], 0), up = Math.max(box[b + 1] - point.y, point.y - box[b + 3], 0);
      if (off * off + up * up >= nearest || !open(e)) continue;
      for (let i = set.point[e] + 1; i < set.point[e + 1]; i++) {
        const dx = set.x[i] - set.x[i - 1], dy = set.y[i] - set.y[i - 1], long = dx * dx + dy * dy;
        const t = long ? Math.min(1, Math.max(0, ((point.x - set.x[i - 1]) * dx + (point.y - set.y[i - 1]) * dy) / long)) : 0;
        const x = set.x[i - 1] + t * dx, y = set.y[i - 1] + t * dy, away = (x - point.x) * (x - point.x) + (y - point.y) * (y - point.y);
        if (away < nearest) { nearest = away; best = {edge: e, at: i, x: x, y: y, share: 0}; }
      }
    }
    if (best) best.share = shareOf(best);
    return best;
  }

  function shareOf(place) {
    let before = 0, total = 0;
    for (let i = streets.point[place.edge] + 1; i < streets.point[place.edge + 1]; i++) {
      const long = Math.hypot(streets.x[i] - streets.x[i - 1], streets.y[i] - streets.y[i - 1]);
      if (i < place.at) before += long;
      if (i === place.at) before += Math.hypot(place.x - streets.x[i - 1], place.y - streets.y[i - 1]);
      total += long;
    }
    return total ? before / total : 0;
  }

  function departures(a) {
    const found = [];
    if (backward(a.edge)) found.push([from[a.edge], a.share * cost[a.edge]]);
    if (forward(a.edge)) found.push([to[a.edge], (1 - a.share) * cost[a.edge]]);
    return found;
  }
  function arrivals(b) {
    const found = [];
    if (forward(b.edge)) found.push([from[b.edge], b.share * cost[b.edge]]);
    if (backward(b.edge)) found.push([to[b.edge], (1 - b.share) * cost[b.edge]]);
    return found;
  }

  // Dijkstra with a binary heap, until both ends of the last street are settled.
  function search(a, b) {
    const reached = new Float64Array(nodes).fill(Infinity), by = new Int32Array(nodes).fill(-1), heap = [];
    const missing = new Set(arrivals(b).map(function (arrival) { return arrival[0]; }));
    for (const [node, value] of departures(a)) { if (value < reached[node]) { reached[node] = value; push([value, node]); } }
    while (heap.length && missing.size) {
      const [value, node] = pop();
      if (value > reached[node]) continue;
      missing.delete(node);
      for (let k = out.first[node]; k < out.first[node + 1]; k++) {
        const e = out.edge[k], leaving = from[e] === node;
        if (!(leaving ? forward(e) : backward(e))) continue;
        const next = leaving ? to[e] : from[e], total = value + cost[e];
        if (total < reached[next]) { reached[next] = total; by[next] = e; push([total, next]); }
      }
    }
    return {cost: reached, by: by};

    function push(item) {
      let at = heap.push(item) - 1;
      while (at && heap[(at - 1) >> 1][0] > item[0]) { heap[at] = heap[(at - 1) >> 1]; at = (at - 1) >> 1; }
      heap[at] = item;
    }
    function pop() {
      const top = heap[0], item = heap.pop();
      if (!heap.length) return top;
      let at = 0;
      for (;;) {
        let child = 2 * at + 1;
        if (child >= heap.length) break;
        if (child + 1 < heap.length && heap[child + 1][0] < heap[child][0]) child++;
        if (heap[child][0] >= item[0]) break;
        heap[at] = heap[child];
        at = child;
      }
      heap[at] = item;
      return top;
    }
  }

  function walk(found, last, a, b) {
    const parts = [piece(b.edge, end(b.edge, last), b)];
    let node = last;
    while (found.by[node] >= 0) {
      const e = found.by[node], before = from[e] === node ? to[e] : from[e];
      parts.push(piece(e, end(e, before), end(e, node)));
      node = before;
    }
    parts.push(piece(a.edge, a, end(a.edge, node)));
    return [].concat.apply([], parts.reverse());
  }

  function end(e, node) {
    const tail = from[e] === node, i = tail ? streets.point[e] : streets.point[e + 1] - 1;
    return {at: tail ? streets.point[e] + 1 : i, x: streets.x[i], y: streets.y[i], share: tail ? 0 : 1};
  }

  // The street's course from one place on it to another.
  function piece(e, a, b) {
    if (a.share > b.share) return piece(e, b, a).reverse();
    const line = [[a.x, a.y]];
    for (let i = a.at; i < b.at; i++) line.push([streets.x[i], streets.y[i]]);
    line.push([b.x, b.y]);
    return line;
  }
};
