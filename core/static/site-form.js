/* A site's form: the hours as the public will read them, while they are typed; regions suggested
   (combobox.js); a filter over the services. Without this script the page does the same after it is
   sent. */
(function () {
  "use strict";

  const form = document.getElementById("site-form");
  if (!form) {
    return;
  }

  // -- Hours -----------------------------------------------------------------------------------

  const seen = document.getElementById("hours-seen");
  const lines = document.getElementById("hours-lines");
  const PATIENCE = 400;
  let waiting = 0;
  let asked = 0;

  function isHours(name) {
    return /^(h-|s\d+-|seasons$)/.test(name);
  }

  function show(blocks) {
    lines.replaceChildren();
    for (const block of blocks) {
      if (block.name) {
        const title = document.createElement("p");
        const name = document.createElement("bdi");
        name.lang = "zh-CN";
        name.textContent = block.name;
        title.append(name);
        lines.append(title);
      }
      const list = document.createElement("ul");
      list.className = "list tight";
      for (const line of block.lines) {
        const item = document.createElement("li");
        item.textContent = line.days + " " + line.times;
        list.append(item);
      }
      lines.append(list);
    }
    seen.hidden = blocks.length === 0;
  }

  function mark(faults) {
    for (const field of form.querySelectorAll(".week input, .season input")) {
      const fault = faults[field.name];
      let told = document.getElementById(field.id + "-error");
      if (fault) {
        if (!told) {
          told = document.createElement("p");
          told.className = "error";
          told.id = field.id + "-error";
          field.after(told);
        }
        told.textContent = fault;
        field.setAttribute("aria-invalid", "true");
        field.setAttribute("aria-describedby", told.id);
      } else {
        if (told) {
          told.remove();
        }
        field.removeAttribute("aria-invalid");
        field.removeAttribute("aria-describedby");
      }
    }
  }

  async function ask() {
    const number = ++asked;
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (isHours(name) || name === "csrf_token") {
        body.append(name, value);
      }
    }
    try {
      const answer = await fetch(form.dataset.hours, { method: "POST", body: body });
      if (answer.ok && number === asked) {
        const told = await answer.json();
        mark(told.faults);
        if (!Object.keys(told.faults).length) {
          show(told.blocks);
        }
      }
    } catch {
      // The page says the same when the form is sent.
    }
  }

  form.addEventListener("input", function (event) {
    if (isHours(event.target.name || "")) {
      clearTimeout(waiting);
      waiting = setTimeout(ask, PATIENCE);
    }
  });

  // -- The region ------------------------------------------------------------------------------

  const region = document.getElementById("region");
  if (region && window.onekmCombobox) {
    window.onekmCombobox(region, function (option) {
      region.value = option.value;
      // What was asked about an earlier text is answered.
      for (const other of form.querySelectorAll('[name="region_pick"]')) {
        other.checked = false;
      }
    });
  }

  // -- Services --------------------------------------------------------------------------------

  const filter = document.getElementById("filter");
  if (filter) {
    filter.closest(".filter").hidden = false;
    filter.addEventListener("input", function () {
      const wanted = filter.value.trim().toLowerCase();
      for (const offer of form.querySelectorAll(".offer")) {
        offer.hidden = !offer.querySelector("legend").textContent.toLowerCase().includes(wanted);
      }
    });
    // Enter looks for something here; it does not save the form.
    filter.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  }
})();
