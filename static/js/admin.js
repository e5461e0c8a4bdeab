// Gives names to what Django's forms leave nameless for those who cannot see them: the boxes that
// suggest as one types, the ticks that remove a row, and the column of row names.
"use strict";

(() => {
  const text = (element) => (element ? element.textContent.trim().replace(/:$/, "") : "");

  const labelOf = (select) => {
    const own = document.querySelector(`label[for="${select.id}"]`);
    const cell = select.closest("td");
    const column = cell && cell.closest("table").querySelector(`th.column-${select.dataset.fieldName}`);
    return text(own) || text(column) || select.dataset.fieldName;
  };

  const nameSuggestions = (select) => {
    const box = select.nextElementSibling;
    const label = labelOf(select);
    const chosen = box.querySelector(".select2-selection--single");
    if (chosen) {
      const shown = chosen.querySelector(".select2-selection__rendered");
      const value = text(shown).replace(/^×/, "");
      shown.setAttribute("aria-label", label);
      chosen.removeAttribute("aria-labelledby");
      chosen.setAttribute("aria-label", value ? `${label}: ${value}` : label);
    }
    const search = box.querySelector(".select2-search__field");
    if (search) search.setAttribute("aria-label", label);
    const clear = box.querySelector("ul > .select2-selection__clear");
    if (clear) clear.setAttribute("aria-hidden", "true");
  };

  const nameRemoval = (box) => {
    const row = box.closest("tr");
    box.setAttribute("aria-label", `Delete ${text(row.querySelector("td.original p"))}`);
  };

  const nameEverything = () => {
    document.querySelectorAll("select.select2-hidden-accessible").forEach(nameSuggestions);
    document.querySelectorAll("td.delete input[type=checkbox]").forEach(nameRemoval);
    document.querySelectorAll("th.original:empty").forEach((head) => {
      head.innerHTML = '<span class="visually-hidden">Name</span>';
    });
  };

  let waiting = 0;
  new MutationObserver(() => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(nameEverything);
  }).observe(document.body, { childList: true, subtree: true });
  nameEverything();
})();
