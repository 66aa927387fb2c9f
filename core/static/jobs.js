// Brings the page of a job up to date while it goes on, and loads the page anew when it is over.
"use strict";

(() => {
  const EVERY = 1000;
  const LONGEST = 30000;
  const job = document.getElementById("job");
  const address = job.dataset.watch;
  const bar = document.getElementById("progress");
  const count = document.getElementById("count");
  const words = document.getElementById("words");
  let tag = "";
  let wait = EVERY;
  let state = "";

  function show(told) {
    if (told.over || (state && told.state !== state)) {
      location.reload();
      return;
    }
    state = told.state;
    if (told.total) {
      bar.max = told.total;
      bar.value = Math.min(told.done, told.total);
      count.textContent = `${told.done} / ${told.total}`;
    }
    if (told.words) words.textContent = told.words;
  }

  async function look() {
    try {
      const headers = tag ? { "If-None-Match": tag } : {};
      const answer = await fetch(address, { headers, cache: "no-store" });
      wait = EVERY;
      if (answer.ok) {
        tag = answer.headers.get("ETag") || "";
        show((await answer.json()).data);
      } else if (answer.status !== 304) {
        // Signed out, or cleared away: the page itself says which.
        if (answer.status < 500) return location.reload();
        wait = LONGEST;
      }
    } catch {
      // No network: come again, less and less often.
      wait = Math.min(wait * 2, LONGEST);
    }
    setTimeout(look, wait);
  }

  look();
})();
