/* Who is within reach of what: settlements by their people, circles on the ground, shares of regions,
   as core/map_data.py describes them; each layer with a switch below the map, before and after apart.
   Names come from the register and may hold anything, so they reach the page only as text. */
(function () {
  "use strict";

  const LOOKS = mapMarks.looks;
  const RINGS = mapMarks.rings;
  const SHAPES = mapMarks.shapes;

  function closeness(map) {
    return Math.min(1.5, Math.max(0.35, 2 ** ((map.getZoom() - 12) / 3)));
  }

  function sized(full, width, by) {
    return { radius: full * by, weight: width * Math.min(1, by + 0.2) };
  }

  function mark(map, renderer, layer, spot) {
    const [lat, lon, people, name, notes, url, ways] = spot;
    const look = LOOKS[layer.look];
    const full = people === null ? mapMarks.site : mapMarks.size(people);
    const made = new mapMarks.Mark([lat, lon], {
      renderer: renderer, shape: look.shape, full: full, ...sized(full, look.width, closeness(map)), width: look.width,
      color: look.line, fillColor: look.fill, fillOpacity: 0.9, bubblingMouseEvents: false
    });
    made.bindPopup(() => mapLayers.popup({ name: name, notes: notes, url: url, ways: ways }), { maxWidth: 260 });
    made.bindTooltip(() => mapLayers.label(name), { direction: "top" });
    return made;
  }

  function resize(map, groups) {
    const by = closeness(map);
    for (const group of groups) {
      group.eachLayer((each) => each.options.full && each.setStyle(sized(each.options.full, each.options.width, by)));
    }
  }

  function drawn(map, renderers, layer) {
    if (layer.kind === "areas") {
      return mapGround.draw(map, layer.features, "cover-ground").remove();
    }
    const group = L.layerGroup();
    if (layer.kind === "rings") {
      const look = { ...RINGS[layer.look], renderer: renderers.ground, interactive: false, smoothFactor: 0.5 };
      layer.rings.forEach((ring) => group.addLayer(L.polygon(ring, look)));
    } else {
      layer.spots.forEach((spot) => group.addLayer(mark(map, renderers.marks, layer, spot)));
    }
    return group;
  }

  // -- Switches ------------------------------------------------------------------------------------

  function painted(draw) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 44;
    canvas.className = "cover-sign";
    canvas.setAttribute("aria-hidden", "true");
    const ctx = canvas.getContext("2d");
    ctx.scale(2, 2);
    ctx.beginPath();
    draw(ctx);
    return canvas;
  }

  function sign(layer) {
    return painted(function (ctx) {
      if (layer.kind === "areas") {
        const shades = layer.shaded ? mapGround.shades : ["#ffffff"];
        shades.forEach(function (shade, number) {
          ctx.fillStyle = shade;
          ctx.fillRect(1 + (20 / shades.length) * number, 3, 20 / shades.length, 16);
        });
        ctx.strokeStyle = "#4d5b54";
        ctx.strokeRect(1.5, 3.5, 19, 15);
        return;
      }
      const look = layer.kind === "rings" ? RINGS[layer.look] : LOOKS[layer.look];
      if (layer.kind === "rings") {
        ctx.arc(11, 11, 9, 0, 2 * Math.PI);
        ctx.setLineDash(look.dashArray ? [3, 2.5] : []);
        ctx.globalAlpha = look.fill === false ? 0 : 0.25;
        ctx.fillStyle = look.color;
        ctx.fill();
        ctx.globalAlpha = 1;
      } else {
        SHAPES[look.shape](ctx, 11, 11, 6);
        ctx.fillStyle = look.fill;
        ctx.fill();
      }
      ctx.strokeStyle = layer.kind === "rings" || look.line !== "#ffffff" ? look.color || look.line : look.fill;
      ctx.lineWidth = 1.5;
      ctx.stroke();
    });
  }

  // Of what is told apart by before and after the switch shows what becomes of it.
  function signs(same) {
    const shown = same.filter((one) => one.layer.when !== "before");
    const looks = new Map((shown.length ? shown : same).map((one) => [one.layer.look, one.layer]));
    return [...looks.values()].map(sign);
  }

  function choice(type, name, checked, changed, ...content) {
    const made = mapLayers.element("label", "cover-switch");
    const input = document.createElement("input");
    input.type = type;
    input.name = name;
    input.checked = checked;
    input.addEventListener("change", () => changed(input.checked));
    made.append(input, ...content);
    return made;
  }

  function box(title, choices) {
    const made = mapLayers.element("fieldset", "cover-box");
    made.append(mapLayers.element("legend", "", title), ...choices);
    return made;
  }

  function scale(words) {
    const list = mapLayers.element("ul", "cover-sizes");
    list.setAttribute("aria-label", words.sizes);
    for (const [people, text] of words.people) {
      const item = mapLayers.element("li", "", text);
      item.prepend(painted(function (ctx) {
        ctx.arc(11, 11, Math.min(10, mapMarks.size(people)), 0, 2 * Math.PI);
        ctx.fillStyle = "#4d5b54";
        ctx.fill();
      }));
      list.append(item);
    }
    return list;
  }

  // -- The whole -----------------------------------------------------------------------------------

  function pane(map, name, above) {
    map.createPane(name).style.zIndex = above;
    map.getPane(name).style.pointerEvents = "none";
  }

  function show(map, state) {
    const hidden = (layer) => layer.when && layer.when !== state.when;
    // Off and on again in order: what comes later lies above.
    state.layers.forEach((one) => one.group.remove());
    state.layers.filter((one) => one.on && !hidden(one.layer)).forEach((one) => one.group.addTo(map));
  }

  function switches(map, state, words) {
    const named = new Map();
    for (const one of state.layers) {
      const same = named.get(one.layer.title) || [];
      named.set(one.layer.title, [...same, one]);
    }
    const boxes = [...named].map(([title, same]) =>
      choice("checkbox", "layer", same[0].on, function (on) {
        same.forEach((one) => (one.on = on));
        show(map, state);
      }, ...signs(same), mapLayers.element("span", "", title))
    );
    const area = mapLayers.element("div", "cover-switches");
    if (state.when) {
      const sides = Object.entries(words.sides).map(([when, title]) =>
        choice("radio", "when", state.when === when, function () {
          state.when = when;
          show(map, state);
        }, mapLayers.element("span", "", title))
      );
      area.append(box(words.when, sides));
    }
    area.append(box(words.layers, boxes));
    if (state.layers.some((one) => one.layer.kind === "spots" && one.layer.sized)) {
      area.append(scale(words));
    }
    map.getContainer().after(area);
  }

  // On paper the map shows what was on the screen, as wide as the sheet; it cannot ask how wide that is.
  function printable(map) {
    const style = map.getContainer().style;
    function become(width, height) {
      const whole = L.latLngBounds(map.options.whole);
      const seen = map.getBounds().contains(whole) ? whole : map.getBounds();
      style.width = width;
      style.height = height;
      map.invalidateSize({ animate: false, pan: false });
      map.fitBounds(seen, { animate: false, padding: [8, 8] });
    }
    window.addEventListener("beforeprint", () => become("170mm", "120mm"));
    window.addEventListener("afterprint", () => become("", ""));
  }

  async function cover(map, options) {
    performance.mark("map-cover-begins");
    const data = await mapLayers.fetched(map, options);
    if (!data) {
      return;
    }
    pane(map, "cover-ground", 350);
    pane(map, "cover-rings", 380);
    // Signs are pressed where they are seen, however small.
    const renderers = { ground: L.canvas({ pane: "cover-rings", padding: 0.3 }), marks: L.canvas({ padding: 0.3, tolerance: 6 }) };
    const state = {
      when: data.layers.some((layer) => layer.when) ? "after" : null,
      layers: data.layers.map((layer) => ({ layer: layer, on: layer.shown, group: drawn(map, renderers, layer) }))
    };
    show(map, state);
    switches(map, state, data.words);
    printable(map);
    map.on("zoomend", () => resize(map, state.layers.map((one) => one.group)));
    // Drawn is what has been painted: a canvas paints in the next frame.
    requestAnimationFrame(() => requestAnimationFrame(function () {
      const took = performance.measure("map-cover", "map-cover-begins").duration;
      map.getContainer().dataset.drawn = String(Math.round(took));
    }));
  }

  mapLayers.cover = cover;
})();
