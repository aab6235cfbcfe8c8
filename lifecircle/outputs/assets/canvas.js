// A canvas over the map: what every page of ours is drawn on. Who extends it draws in _draw(view).
"use strict";
lifecircle.Canvas = L.Layer.extend({
  initialize: function (scene) { this.scene = scene; },

  onAdd: function (map) {
    this._canvas = L.DomUtil.create("canvas", "lc-canvas leaflet-zoom-animated", map.getPane("overlayPane"));
    this._canvas.setAttribute("role", "img");
    this._canvas.setAttribute("aria-label", this.scene.label);
    this.redraw();
  },
  onRemove: function () { this._canvas.remove(); },
  getEvents: function () {
    return {moveend: this.redraw, resize: this.redraw, zoomanim: this._follow, zoom: this._follow};
  },

  // While the map zooms, stretch the last picture; it is drawn anew at the end.
  _follow: function (event) {
    const map = this._map, zoom = event.zoom === undefined ? map.getZoom() : event.zoom;
    const corner = map._latLngBoundsToNewLayerBounds(this._bounds, zoom, event.center || map.getCenter()).min;
    L.DomUtil.setTransform(this._canvas, corner, map.getZoomScale(zoom, this._zoom));
  },

  redraw: function () {
    const map = this._map;
    if (!map) return;
    const size = map.getSize(), margin = size.multiplyBy(0.25).round(), ratio = Math.min(window.devicePixelRatio || 1, 2);
    const corner = map.containerPointToLayerPoint([0, 0]).subtract(margin), full = size.add(margin.multiplyBy(2));
    const canvas = this._canvas;
    canvas.width = full.x * ratio;
    canvas.height = full.y * ratio;
    canvas.style.width = full.x + "px";
    canvas.style.height = full.y + "px";
    L.DomUtil.setTransform(canvas, corner, 1);
    this._zoom = map.getZoom();
    this._bounds = L.latLngBounds(map.layerPointToLatLng(corner), map.layerPointToLatLng(corner.add(full)));
    const g = canvas.getContext("2d");
    g.scale(ratio, ratio);
    const scale = 256 * Math.pow(2, this._zoom), origin = map.getPixelOrigin().add(corner);
    this._view = {
      g: g, scale: scale, dx: origin.x, dy: origin.y, zoom: this._zoom, width: full.x, height: full.y,
      west: origin.x / scale, north: origin.y / scale,
      east: (origin.x + full.x) / scale, south: (origin.y + full.y) / scale
    };
    this._draw(this._view);
  }
});
