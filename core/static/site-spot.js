/* The map in a site's form: a click, a drag or the arrow keys set the fields of the position, in the
   datum that the map draws in. */
(function () {
  "use strict";

  const box = document.getElementById("spot");
  if (!box || !window.L) {
    return;
  }
  const fields = { lat: document.getElementById("lat"), lon: document.getElementById("lon") };
  const datum = document.getElementById("datum");
  const STEP = 4;
  const FAST = 24;
  const KEYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

  box.hidden = false;
  document.getElementById("spot-help").hidden = false;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", box.dataset.label);
  const map = L.map(box, {
    zoomControl: false,
    scrollWheelZoom: false,
    fadeAnimation: false,
    zoomAnimation: false,
    markerZoomAnimation: false,
    keyboard: false,
    maxZoom: 18
  });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: box.dataset.zoomIn, zoomOutTitle: box.dataset.zoomOut }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);

  function escaped(text) {
    // Leaflet takes an attribution for HTML.
    const made = document.createElement("span");
    made.textContent = text;
    return made.innerHTML;
  }

  if (box.dataset.tiles) {
    L.tileLayer(box.dataset.tiles, { attribution: escaped(box.dataset.attribution), maxZoom: 18 }).addTo(map);
  }

  async function ground(address) {
    try {
      const answer = await fetch(address);
      if (answer.ok) {
        mapGround.draw(map, await answer.json());
      }
    } catch {
      // The ground is an aid.
    }
  }

  map.createPane("places").style.zIndex = 660;
  const icon = L.divIcon({ className: "spot-pin", iconSize: [30, 30] });
  let marker = null;

  function write(latlng) {
    fields.lat.value = latlng.lat.toFixed(6);
    fields.lon.value = latlng.lng.toFixed(6);
    datum.value = box.dataset.datum;
  }

  function move(event) {
    const way = KEYS[event.key];
    if (!way) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const step = event.shiftKey ? FAST : STEP;
    const at = map.latLngToContainerPoint(marker.getLatLng()).add([way[0] * step, way[1] * step]);
    put(map.containerPointToLatLng(at), true);
    map.panInside(marker.getLatLng(), { padding: [40, 40], animate: false });
  }

  function put(latlng, told) {
    if (marker) {
      marker.setLatLng(latlng);
    } else {
      marker = L.marker(latlng, { icon: icon, pane: "places", draggable: true, title: box.dataset.marker });
      marker.addTo(map);
      marker.on("drag", () => write(marker.getLatLng()));
      const pin = marker.getElement();
      pin.setAttribute("aria-label", box.dataset.marker);
      pin.addEventListener("keydown", move);
    }
    if (told) {
      write(latlng);
    }
  }

  const at = JSON.parse(box.dataset.at);
  if (at) {
    map.setView(at, 16, { animate: false });
    put(L.latLng(at), false);
  } else {
    map.fitBounds(JSON.parse(box.dataset.corners), { animate: false, padding: [16, 16] });
  }
  map.on("click", (event) => put(event.latlng, true));
  box.addEventListener("focusin", () => map.scrollWheelZoom.enable());
  box.addEventListener("focusout", () => map.scrollWheelZoom.disable());

  // What is typed moves the point where both mean the same system.
  function follow() {
    const [lat, lon] = [fields.lat, fields.lon].map((field) => Number(field.value));
    const known = Math.abs(lat) > 3 && Math.abs(lat) < 54 && lon > 73 && lon < 136;
    if (known && datum.value === box.dataset.datum) {
      put(L.latLng(lat, lon), false);
      map.panTo([lat, lon], { animate: false });
    }
  }
  for (const field of [fields.lat, fields.lon, datum]) {
    field.addEventListener("change", follow);
  }
  if (box.dataset.ground) {
    ground(box.dataset.ground);
  }
})();
