/* The search form: what was suggested and picked (combobox.js), and the visitor's own position.
   Without this script the form works as it is. Names are data and go in as text. */
(function () {
  "use strict";

  const form = document.getElementById("finder");
  const input = document.getElementById("q");
  if (!form || !input) {
    return;
  }

  // What was picked, for which text: the server believes it only while the field says that text.
  function pick(text, params) {
    for (const name of ["place", "lat", "lon", "spot"]) {
      form.querySelectorAll('input[name="' + name + '"]').forEach((old) => old.remove());
    }
    input.value = text;
    for (const [name, value] of Object.entries({ spot: text, ...params })) {
      const hidden = document.createElement("input");
      hidden.type = "hidden";
      hidden.name = name;
      hidden.value = value;
      form.append(hidden);
    }
  }

  // Addresses stay short: what was left empty is not sent.
  form.addEventListener("formdata", function (event) {
    const then = event.formData.get("when") === "then";
    for (const [name, value] of [...event.formData]) {
      if (value === "" || (!then && ["when", "day", "hour"].includes(name))) {
        event.formData.delete(name);
      }
    }
  });

  if (window.onekmCombobox) {
    window.onekmCombobox(input, (option) => pick(option.label, option.params));
  }

  /* The visitor's position: asked for on request, sent only as part of this search. */

  const locate = document.getElementById("locate");
  const told = document.getElementById("locate-status");

  function located(position) {
    pick(locate.dataset.label, {
      lat: position.coords.latitude.toFixed(6),
      lon: position.coords.longitude.toFixed(6)
    });
    form.requestSubmit();
  }

  function refused(error) {
    locate.disabled = false;
    told.textContent = error.code === error.PERMISSION_DENIED ? locate.dataset.denied : locate.dataset.failed;
  }

  if ("geolocation" in navigator && window.isSecureContext) {
    locate.hidden = false;
    locate.addEventListener("click", function () {
      locate.disabled = true;
      told.textContent = locate.dataset.busy;
      const wishes = { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 };
      navigator.geolocation.getCurrentPosition(located, refused, wishes);
    });
    // A page brought back from memory is ready to be asked again.
    window.addEventListener("pageshow", function () {
      locate.disabled = false;
      told.textContent = "";
    });
  }
})();
