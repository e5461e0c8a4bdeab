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
    sessionStorage.setItem(KEPT, JSON.stringify([target.name, target.type === "checkbox" ? target.value : null, scrollY]));
    form.requestSubmit();
  });
  addEventListener("pageshow", () => {
    for (const input of inputs) input.disabled = false;
  });

  // The next page stands where this one stood, with the focus where it was: folded, on the fold
  const [name, value, top] = JSON.parse(sessionStorage.getItem(KEPT) ?? "[null, null, 0]");
  sessionStorage.removeItem(KEPT);
  const changed = inputs.find((one) => one.name === name && (value === null || one.value === value));
  if (!changed) return;
  const shown = changed.checkVisibility();
  if (shown) changed.scrollIntoView({ block: "nearest" });
  (shown ? changed : document.querySelector(".ct-filters__summary")).focus({ preventScroll: true });
  scrollTo(0, shown ? top : 0);
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

// What is folded opens for a link into it, and for paper.
(() => {
  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const folded = target?.closest("details:not([open])");
    if (!folded) return;
    for (let place = folded; place; place = place.parentElement.closest("details")) place.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", open);
  open();
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll(".ct-part:not([open])")];
    for (const part of closed) part.open = true;
  });
  addEventListener("afterprint", () => {
    for (const part of closed) part.open = false;
  });
})();

// After Back or a reload the boxes say what the rows say, not what was ticked or typed since.
addEventListener("pageshow", ({ persisted }) => {
  const [visit] = performance.getEntriesByType("navigation");
  // On a first visit somebody may be typing already
  if (!persisted && visit?.type === "navigate") return;
  for (const form of document.querySelectorAll("form[autocomplete=off]")) form.reset();
});
