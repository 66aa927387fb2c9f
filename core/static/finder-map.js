/* The map beside the list of places: the same places under the same numbers, and the circle of one
   kilometre. What it says is read from the page; names reach it only as text. */
(function () {
  "use strict";

  const box = document.getElementById("map");
  const items = [...document.querySelectorAll(".finder-places > [data-lat]")];
  if (!box || !items.length || !window.L) {
    return;
  }
  box.hidden = false;
  document.querySelectorAll(".finder-map-note").forEach((note) => (note.hidden = false));

  const start = [Number(box.dataset.lat), Number(box.dataset.lon)];
  const positions = items.map((item) => [Number(item.dataset.lat), Number(item.dataset.lon)]);
  const map = L.map(box, {
    zoomControl: false,
    scrollWheelZoom: false,
    fadeAnimation: false,
    zoomAnimation: false,
    markerZoomAnimation: false,
    maxZoom: 18
  });
  map.fitBounds([start, ...positions], { animate: false, padding: [36, 36], maxZoom: 16 });

  function element(name, className, text) {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = text;
    return made;
  }

  function escaped(text) {
    // Leaflet takes an attribution for HTML.
    const made = document.createElement("span");
    made.textContent = text;
    return made.innerHTML;
  }

  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: box.dataset.zoomIn, zoomOutTitle: box.dataset.zoomOut }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  if (box.dataset.tiles) {
    L.tileLayer(box.dataset.tiles, { attribution: escaped(box.dataset.attribution), maxZoom: 18 }).addTo(map);
  }

  // The start and the places stand above the names on the ground, below what a click opens.
  map.createPane("places").style.zIndex = 660;

  // One kilometre around the start.
  L.circle(start, {
    radius: 1000,
    interactive: false,
    color: "#0b6e4f",
    weight: 1.5,
    dashArray: "5 5",
    fillColor: "#0b6e4f",
    fillOpacity: 0.05
  }).addTo(map);
  const here = L.divIcon({ className: "finder-here", iconSize: [18, 18] });
  L.marker(start, { icon: here, pane: "places", title: box.dataset.start, keyboard: false }).addTo(map);

  function popup(item) {
    const content = document.createElement("div");
    const link = item.querySelector("h3 a");
    const name = element("a", "finder-popup-name", link.textContent);
    name.href = link.href;
    content.append(name, element("div", "", item.querySelector(".dist").textContent));
    for (const tag of item.querySelectorAll(".tag")) {
      content.append(element("div", "small", tag.textContent));
    }
    return content;
  }

  // The nearer, the further in front.
  items.forEach(function (item, place) {
    const shut = item.classList.contains("shut");
    const number = element("span", "", String(place + 1));
    const name = item.querySelector("h3").textContent.trim();
    const icon = L.divIcon({
      className: shut ? "finder-pin shut" : "finder-pin",
      html: number,
      iconSize: [30, 30]
    });
    const marker = L.marker(positions[place], {
      icon: icon,
      pane: "places",
      title: name,
      zIndexOffset: (items.length - place) * 1000
    });
    marker.bindPopup(() => popup(item), { maxWidth: 260 }).addTo(map);
    marker.getElement().setAttribute("aria-label", place + 1 + " " + name);
  });
  map.on("popupopen", function (event) {
    const button = event.popup.getElement().querySelector(".leaflet-popup-close-button");
    button.setAttribute("aria-label", box.dataset.close);
  });

  // The wheel scrolls the page until somebody is at work on the map.
  box.addEventListener("focusin", () => map.scrollWheelZoom.enable());
  box.addEventListener("focusout", () => map.scrollWheelZoom.disable());
  // Leaflet listens for the key only while the map as a whole has the focus, not a place on it.
  box.addEventListener("keydown", (event) => event.key === "Escape" && map.closePopup());

  async function outlines(address) {
    try {
      const answer = await fetch(address);
      if (!answer.ok) {
        return;
      }
      mapGround.draw(map, await answer.json());
    } catch {
      // The ground is an aid; the places are there without it.
    }
  }

  if (box.dataset.boundaries) {
    outlines(box.dataset.boundaries);
  }
})();
