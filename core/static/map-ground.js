/* The ground of a map that has no tiles: outlines of regions, and their names where there is room.
   Names come from the register and may hold anything, so they reach the page only as text. */
(function () {
  "use strict";

  const OUTLINE = { color: "#4d5b54", weight: 1.5, opacity: 0.8, fillColor: "#ffffff", fillOpacity: 0.55 };
  // From little to much; the number stands in the name, so that no shade has to be told by eye.
  const SHADES = ["#f7fbf8", "#d5eadf", "#a6d3bd", "#6fb695", "#3a9470"];
  // In heights of a letter, as map-layers.css has them; letters are larger in elder mode.
  const LINE = 1.3;
  const LONGEST = 10;
  const BELOW = 12;
  const EDGE = 4;
  const grounds = new WeakMap();

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
    return [...text].reduce((sum, letter) => sum + (letter.codePointAt(0) > 255 ? 1 : 0.6), 0);
  }

  // The room that a name takes: a long one goes on in a second line and a third.
  function size(map, text) {
    const letter = parseFloat(getComputedStyle(map.getContainer()).fontSize);
    const wide = width(text);
    const lines = wide <= LONGEST ? 1 : Math.ceil(wide / (LONGEST * 0.8));
    return { wide: Math.min(wide, LONGEST) * letter, high: lines * LINE * letter, lines: lines };
  }

  function invisible(feature, latlng) {
    return L.circleMarker(latlng, { radius: 0, stroke: false, fill: false, interactive: false });
  }

  function middle(layer) {
    return layer.getLatLng ? layer.getLatLng() : layer.getBounds().getCenter();
  }

  function roomy(map, layer, name) {
    if (layer.getLatLng) {
      return true;
    }
    const bounds = layer.getBounds();
    const from = map.latLngToLayerPoint(bounds.getNorthWest());
    const to = map.latLngToLayerPoint(bounds.getSouthEast());
    return to.x - from.x >= name.wide && (name.lines === 1 || to.y - from.y >= name.high);
  }

  // What there is room for: the name; of a region with a number, else that alone, however narrow it is.
  function fitting(map, layer) {
    const told = layer.feature.properties;
    return roomy(map, layer, size(map, told.name || "")) ? told.name : told.number || null;
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

  // Where the middle of the name of a layer comes to lie, and the room that it takes.
  function spot(map, layer, text) {
    const name = size(map, text || "");
    const at = map.latLngToLayerPoint(middle(layer));
    const moved = inward(map, at, name.wide);
    const below = layer.getLatLng ? BELOW + name.high / 2 : 0;
    return { ...name, x: at.x + moved, y: at.y + below, moved: moved };
  }

  // A name shows where its region is wide enough for it and no name before it stands in the way.
  function fit(map, layers, taken) {
    for (const layer of layers) {
      const text = fitting(map, layer);
      const own = spot(map, layer, text);
      const free = taken.every(
        (other) => Math.abs(other.x - own.x) > (other.wide + own.wide) / 2 || Math.abs(other.y - own.y) > (other.high + own.high) / 2
      );
      if (text && free) {
        taken.push(own);
        layer.getTooltip().options.offset = [own.moved, layer.getLatLng ? BELOW : 0];
        layer.setTooltipContent(label(text));
        layer.openTooltip();
      } else {
        layer.closeTooltip();
      }
    }
  }

  // All grounds of a map have one room for their names; those that tell numbers come first.
  function refit(map) {
    const taken = [];
    const shown = grounds.get(map).filter((ground) => map.hasLayer(ground));
    const telling = (ground) => ground.getLayers().some((layer) => layer.feature.properties.number);
    for (const ground of [...shown.filter(telling), ...shown.filter((one) => !telling(one))]) {
      fit(map, ground.getLayers(), taken);
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
    if (!grounds.has(map)) {
      grounds.set(map, []);
      map.on("moveend", () => refit(map));
    }
    grounds.get(map).push(ground);
    ground.on("add remove", () => refit(map));
    refit(map);
    return ground;
  }

  window.mapGround = { draw: draw, shades: SHADES };
})();
