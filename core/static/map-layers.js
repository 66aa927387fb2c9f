/* What a compiled map calls: its frame, the places on it, the outlines of regions.
   Names come from the register and may hold anything, so text reaches the page only as textContent. */
(function () {
  "use strict";

  // The size tells the kinds apart as well as the colour does; a closed place is hollow.
  const LOOKS = {
    hall: { radius: 9, color: "#ffffff", weight: 2, fillColor: "#07503a", fillOpacity: 1 },
    station: { radius: 6, color: "#ffffff", weight: 1.5, fillColor: "#0b6e4f", fillOpacity: 0.9 },
    closed: { radius: 6, color: "#68756e", weight: 2, fillColor: "#ffffff", fillOpacity: 0.9, dashArray: "3 3" }
  };

  function element(name, className, text) {
    const made = document.createElement(name);
    made.className = className;
    if (text) {
      made.textContent = text;
    }
    return made;
  }

  function ownAddress(text) {
    try {
      const url = new URL(text, location.href);
      return url.origin === location.origin ? url.href : null;
    } catch {
      return null;
    }
  }

  const Grid = L.GridLayer.extend({
    createTile: function () {
      return element("div", "map-grid");
    }
  });

  function frame(map, options) {
    map.attributionControl.setPrefix(false);
    const container = map.getContainer();
    container.setAttribute("role", "region");
    container.setAttribute("aria-label", options.label);
    L.control.zoom({ zoomInTitle: options.zoomIn, zoomOutTitle: options.zoomOut }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    if (options.grid) {
      new Grid().addTo(map);
    }
    map.options.whole = options.bounds;
    map.fitBounds(options.bounds, { animate: false, padding: [16, 16] });
    // The wheel scrolls the page until somebody is at work on the map.
    map.scrollWheelZoom.disable();
    container.addEventListener("focusin", () => map.scrollWheelZoom.enable());
    container.addEventListener("focusout", () => map.scrollWheelZoom.disable());
    // Leaflet listens for the key only while the map as a whole has the focus, not a place on it.
    container.addEventListener("keydown", (event) => event.key === "Escape" && map.closePopup());
    map.on("popupopen", function (event) {
      const button = event.popup.getElement().querySelector(".leaflet-popup-close-button");
      button.setAttribute("aria-label", options.close);
    });
  }

  function corner(map, position, content) {
    const control = L.control({ position: position });
    control.onAdd = () => content;
    control.addTo(map);
  }

  async function fetched(map, options) {
    if (options.inside) { // a map that is one file has its data beside it
      return JSON.parse(document.getElementById(options.inside).textContent);
    }
    try {
      const answer = await fetch(options.url, { headers: { Accept: "application/geo+json, application/json" } });
      if (!answer.ok) {
        throw new Error(String(answer.status));
      }
      return await answer.json();
    } catch {
      const note = element("p", "map-note", options.failed);
      note.setAttribute("role", "status");
      corner(map, "topright", note);
      return null;
    }
  }

  function label(text) {
    // bdi keeps a name that turns the direction of writing from turning what stands beside it.
    return element("bdi", "map-name", text);
  }

  function popup(properties) {
    const box = element("div", "map-popup");
    const address = properties.url ? ownAddress(properties.url) : null;
    const name = label(properties.name);
    if (address) {
      const link = element("a", "map-link");
      link.href = address;
      link.append(name);
      box.append(link);
    } else {
      box.append(name);
    }
    for (const line of properties.notes || []) {
      box.append(element("div", "map-line", line));
    }
    for (const [words, url] of properties.ways || []) {
      const way = element("a", "map-way", words);
      way.href = ownAddress(url) || "#";
      box.append(way);
    }
    return box;
  }

  function swatch(look) {
    const made = element("span", "map-swatch");
    const style = LOOKS[look];
    made.style.width = made.style.height = 2 * style.radius + "px";
    made.style.background = style.fillColor;
    made.style.border = style.weight + "px " + (style.dashArray ? "dashed " : "solid ") + style.color;
    return made;
  }

  // A hall is an element of the page: above the clusters, and the keyboard reaches it.
  function hall(properties, latlng) {
    const size = 2 * LOOKS.hall.radius;
    const icon = L.divIcon({ html: swatch("hall"), className: "map-hall", iconSize: L.point(size, size) });
    return L.marker(latlng, { icon: icon, title: properties.name, zIndexOffset: 1000 });
  }

  function place(feature, latlng) {
    const look = feature.properties.look;
    const marker = look === "hall" ? hall(feature.properties, latlng) : L.circleMarker(latlng, LOOKS[look]);
    marker.bindPopup(() => popup(feature.properties), { maxWidth: 260 });
    if (look !== "hall") {
      marker.bindTooltip(() => label(feature.properties.name), { direction: "top" });
    }
    return marker;
  }

  function clusterIcon(cluster) {
    return L.divIcon({
      html: element("span", "", String(cluster.getChildCount())),
      className: "map-cluster",
      iconSize: L.point(36, 36)
    });
  }

  function legend(map, names, looks) {
    const list = element("ul", "map-legend");
    for (const look of Object.keys(LOOKS).filter((each) => looks.has(each))) {
      const item = element("li", "", names[look]);
      item.prepend(swatch(look));
      list.append(item);
    }
    corner(map, "bottomright", list);
  }

  async function sites(map, options) {
    const data = await fetched(map, options);
    if (!data) {
      return;
    }
    const clustered = L.markerClusterGroup({
      disableClusteringAtZoom: 13,
      iconCreateFunction: clusterIcon,
      maxClusterRadius: 52,
      showCoverageOnHover: false,
      spiderfyOnMaxZoom: false
    });
    const looks = new Set();
    const halls = [];
    L.geoJSON(data, {
      pointToLayer: function (feature, latlng) {
        const look = feature.properties.look;
        const marker = place(feature, latlng);
        looks.add(look);
        if (look === "hall") {
          halls.push(marker);
        } else {
          clustered.addLayer(marker);
        }
        return marker;
      }
    });
    clustered.addTo(map);
    halls.forEach((hall) => hall.addTo(map));
    if (looks.size) {
      legend(map, options.legend, looks);
    }
  }

  async function boundaries(map, options) {
    const data = await fetched(map, options);
    if (data) {
      mapGround.draw(map, data);
    }
  }

  window.mapLayers = {
    frame: frame, sites: sites, boundaries: boundaries, element: element, label: label, popup: popup, fetched: fetched
  };
})();
