/* The ground of a map that has no tiles: outlines of regions, and their names where there is room.
   Names come from the register and may hold anything, so they reach the page only as text. */
(function () {
  "use strict";

  const OUTLINE = { color: "#4d5b54", weight: 1.5, opacity: 0.8, fillColor: "#ffffff", fillOpacity: 0.55 };
  // From little to much; the number stands in the name, so that no shade has to be told by eye.
  const SHADES = ["#f7fbf8", "#d5eadf", "#a6d3bd", "#6fb695", "#3a9470"];
  const LETTER = 15;
  const LINE = 22;
  const BELOW = 12;
  const EDGE = 4;

  function style(feature) {
    const shade = feature.properties.shade;
    return shade === undefined ? OUTLINE : { ...OUTLINE, fillColor: SHADES[shade], fillOpacity: 0.8 };
  }

  function label(text) {
    // bdi keeps a name that turns the direction of writing from turning what stands beside it.
    const made = document.createElement("bdi");
    made.className = "map-name";
    made.textContent = text;
    return made;
  }

  function width(text) {
    return [...text].reduce((sum, letter) => sum + (letter.codePointAt(0) > 255 ? LETTER : LETTER * 0.6), 0);
  }

  function invisible(feature, latlng) {
    return L.circleMarker(latlng, { radius: 0, stroke: false, fill: false, interactive: false });
  }

  function middle(layer) {
    return layer.getLatLng ? layer.getLatLng() : layer.getBounds().getCenter();
  }

  function roomy(map, layer, wide) {
    if (layer.getLatLng) {
      return true;
    }
    const bounds = layer.getBounds();
    const corner = (latlng) => map.latLngToLayerPoint(latlng).x;
    return corner(bounds.getNorthEast()) - corner(bounds.getSouthWest()) >= wide;
  }

  // What there is room for: the name; of a region with a number, else that alone, however narrow it is.
  function fitting(map, layer) {
    const told = layer.feature.properties;
    if (roomy(map, layer, width(told.name))) {
      return told.name;
    }
    return told.number || null;
  }

  // How far a name has to be moved so that the edge of the map does not cut it.
  function inward(map, at, wide) {
    const view = map.getSize();
    const where = map.layerPointToContainerPoint(at);
    const room = wide / 2 + EDGE;
    if (2 * room > view.x || !L.bounds([0, 0], view).contains(where)) {
      return 0;
    }
    return Math.max(room - where.x, 0) + Math.min(view.x - room - where.x, 0);
  }

  // A name shows where its region is wide enough for it and no name before it stands in the way.
  function fit(map, layers) {
    const taken = [];
    for (const layer of layers) {
      const text = fitting(map, layer);
      const wide = width(text || "");
      const at = map.latLngToLayerPoint(middle(layer));
      const moved = inward(map, at, wide);
      at.x += moved;
      const free = taken.every(
        (other) => Math.abs(other.x - at.x) > (other.wide + wide) / 2 || Math.abs(other.y - at.y) > LINE
      );
      if (text && free) {
        taken.push({ x: at.x, y: at.y, wide: wide });
        layer.getTooltip().options.offset = [moved, layer.getLatLng ? BELOW : 0];
        layer.setTooltipContent(label(text));
        layer.openTooltip();
      } else {
        layer.closeTooltip();
      }
    }
  }

  // Outlines lie in the pane if one is named, else under what is drawn already.
  function draw(map, features, pane) {
    const under = pane ? { pane: pane } : {};
    const ground = L.geoJSON(features, { style: style, interactive: false, pointToLayer: invisible, ...under });
    ground.addTo(map);
    ground.eachLayer(function (layer) {
      const content = label(layer.feature.properties.name);
      // Under the places, so that no name hides one.
      const look = { permanent: true, className: "map-label", pane: "shadowPane" };
      // A town's own station stands where the town is: the name of a mere point goes below it.
      const side = layer.getLatLng ? { direction: "bottom" } : { direction: "center" };
      layer.bindTooltip(content, { ...look, ...side });
      if (layer.bringToBack && !layer.getLatLng) {
        layer.bringToBack();
      }
    });
    const layers = ground.getLayers();
    const refit = () => map.hasLayer(ground) && fit(map, layers);
    map.on("moveend", refit);
    ground.on("add", refit);
    fit(map, layers);
    return ground;
  }

  window.mapGround = { draw: draw, shades: SHADES };
})();
