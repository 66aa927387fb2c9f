/* Suggestions while typing: a combobox with a list (WAI-ARIA), the focus stays in the field.
   What stands around the field says where to ask and how to tell (templates/macros/forms.html:
   suggesting). Without this script the field works as it is. Names go in as text. */
(function () {
  "use strict";

  // *take* is given what was chosen: its label, and whatever else the server told of it.
  window.onekmCombobox = function (input, take) {
    const combo = input.parentElement;
    const list = document.createElement("ul");
    const status = document.createElement("p");
    let options = [];
    let active = -1;
    let waiting = 0;
    let asking = null;

    list.id = input.id + "-suggestions";
    list.className = "suggestions";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", combo.dataset.label);
    status.className = "sr";
    status.setAttribute("role", "status");
    combo.append(list, status);
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": list.id
    })) {
      input.setAttribute(name, value);
    }

    function close() {
      clearTimeout(waiting);
      if (asking) {
        asking.abort();
      }
      list.hidden = true;
      list.replaceChildren();
      options = [];
      activate(-1);
      input.setAttribute("aria-expanded", "false");
    }

    function activate(number) {
      active = number;
      [...list.children].forEach(function (item, place) {
        item.setAttribute("aria-selected", String(place === number));
        if (place === number) {
          item.scrollIntoView({ block: "nearest" });
        }
      });
      if (number < 0) {
        input.removeAttribute("aria-activedescendant");
      } else {
        input.setAttribute("aria-activedescendant", list.children[number].id);
      }
    }

    function choose(number) {
      const option = options[number];
      take(option);
      close();
      status.textContent = option.label;
    }

    function line(option, number) {
      const item = document.createElement("li");
      const name = document.createElement("bdi");
      name.textContent = option.label;
      item.id = input.id + "-suggestion-" + number;
      item.setAttribute("role", "option");
      item.append(name);
      if (option.path) {
        const path = document.createElement("bdi");
        path.className = "muted small";
        path.textContent = option.path;
        item.append(" ", path);
      }
      // Before the click the field would lose the focus and the list close.
      item.addEventListener("pointerdown", (event) => event.preventDefault());
      item.addEventListener("click", () => choose(number));
      return item;
    }

    function show(found) {
      options = found;
      list.replaceChildren(...found.map(line));
      list.hidden = found.length === 0;
      input.setAttribute("aria-expanded", String(found.length > 0));
      status.textContent = found.length ? found.length + " " + combo.dataset.some : combo.dataset.none;
      activate(-1);
    }

    async function ask() {
      const text = input.value.trim();
      if (!text) {
        close();
        return;
      }
      if (asking) {
        asking.abort();
      }
      asking = new AbortController();
      try {
        const address = combo.dataset.suggest + "?q=" + encodeURIComponent(text);
        const answer = await fetch(address, { signal: asking.signal });
        const found = answer.ok ? await answer.json() : [];
        if (document.activeElement === input && input.value.trim() === text) {
          show(found);
        }
      } catch (error) {
        if (error.name !== "AbortError") {
          close();
        }
      }
    }

    function later() {
      clearTimeout(waiting);
      waiting = setTimeout(ask, 150);
    }

    // While a Chinese keyboard composes, the letters are not yet what is meant.
    input.addEventListener("input", (event) => event.isComposing || later());
    input.addEventListener("compositionend", later);
    input.addEventListener("blur", close);
    input.addEventListener("keydown", function (event) {
      if (event.isComposing) {
        return;
      }
      const last = options.length - 1;
      if (event.key === "ArrowDown" && last >= 0) {
        activate(active < last ? active + 1 : 0);
      } else if (event.key === "ArrowUp" && last >= 0) {
        activate(active > 0 ? active - 1 : last);
      } else if (event.key === "Enter" && active >= 0) {
        choose(active);
      } else if (event.key === "Escape" && !list.hidden) {
        close();
      } else {
        return;
      }
      event.preventDefault();
    });
  };
})();
