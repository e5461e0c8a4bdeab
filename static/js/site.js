// Filters apply at once where JavaScript runs; the button remains for everyone else.
(() => {
  const form = document.querySelector(".ct-filters__form");
  if (!form) return;
  const KEPT = "city-tools-focus";

  const inputs = [...form.querySelectorAll("input, select")];
  const leaveOutEmpty = () => {
    for (const input of inputs) if (!input.value) input.disabled = true;  // short addresses
  };

  form.addEventListener("submit", leaveOutEmpty);
  form.addEventListener("change", ({ target }) => {
    if (!target.matches("input[type=checkbox], select")) return;
    sessionStorage.setItem(KEPT, JSON.stringify([target.name, target.type === "checkbox" ? target.value : null]));
    form.requestSubmit();
  });
  addEventListener("pageshow", () => {
    for (const input of inputs) input.disabled = false;
  });

  const [name, value] = JSON.parse(sessionStorage.getItem(KEPT) ?? "[null, null]");
  sessionStorage.removeItem(KEPT);
  const changed = inputs.find((one) => one.name === name && (value === null || one.value === value));
  changed?.focus({ preventScroll: false });
})();

// The / key moves to the search box, unless something is being typed or it is switched off.
(() => {
  const KEPT = "city-tools-slash-key";
  const box = document.getElementById("site-search");
  const key = document.querySelector("[data-slash-key]");
  const off = () => localStorage.getItem(KEPT) === "off";

  addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (typing || off()) return;
    event.preventDefault();
    box.focus();
    box.select();
  });

  if (!key) return;
  key.checked = !off();
  key.form.hidden = false;
  key.addEventListener("change", () => localStorage.setItem(KEPT, key.checked ? "on" : "off"));
})();

// A box that names pages opens the one whose name is typed; any other words are searched for.
for (const form of document.querySelectorAll("[data-open-named]")) {
  const box = form.querySelector("[list]");
  form.addEventListener("submit", (event) => {
    const typed = box.value.trim().toLowerCase();
    const named = [...box.list.options].find((option) => option.value.toLowerCase() === typed);
    if (!named) return;
    event.preventDefault();
    location.assign(named.dataset.address);
  });
}

// After Back or a reload the boxes say what the rows say, not what was ticked or typed since.
addEventListener("pageshow", ({ persisted }) => {
  const [visit] = performance.getEntriesByType("navigation");
  // On a first visit somebody may be typing already
  if (!persisted && visit?.type === "navigate") return;
  for (const form of document.querySelectorAll("form[autocomplete=off]")) form.reset();
});
