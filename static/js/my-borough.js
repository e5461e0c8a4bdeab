// My borough: chosen once and remembered in this browser alone. Pages are the same for everyone;
// what carries data-borough="<slug>" is marked here, its column pinned, its filter offered first.
(() => {
  const KEPT = "city-tools-my-borough";
  const root = document.documentElement;
  const slot = document.querySelector("[data-my-borough]");

  // Private windows may refuse the storage: then nothing is chosen, and nothing is offered
  const store = (write) => {
    try {
      write(localStorage);
      return true;
    } catch {
      return false;
    }
  };
  const remembered = () => {
    let text = null;
    store((storage) => { text = storage.getItem(KEPT); });
    try {
      const { slug, name } = JSON.parse(text);
      return /^[a-z0-9-]+$/.test(slug) && typeof name === "string" ? { slug, name } : null;
    } catch {
      return null;
    }
  };
  const remember = (slug, name) => store((storage) => storage.setItem(KEPT, JSON.stringify({ slug, name })));
  const forget = () => store((storage) => storage.removeItem(KEPT));
  const usable = store((storage) => {
    storage.setItem(`${KEPT}-try`, "1");
    storage.removeItem(`${KEPT}-try`);
  });

  const element = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text });
  const mark = (words) => {
    const whole = element("span", "ct-mine__mark", "");
    const sign = element("span", "", "◆\u00a0");
    sign.setAttribute("aria-hidden", "true");
    whole.append(sign, element("span", "govuk-visually-hidden", words));
    return whole;
  };

  const first = (item, box, before) => {
    if (box && before !== item) box.insertBefore(item, before ?? null);
  };
  const markItem = (item) => {
    item.classList.add("ct-mine");
    const place = item.matches("tr") ? item.cells[0] : item;
    const box = place.querySelector("input");
    if (box) box.after(mark("my borough: "));
    else (place.querySelector("strong, a") ?? place).prepend(mark("my borough: "));
  };
  const unmark = () => {
    for (const item of document.querySelectorAll("main .ct-mine__mark")) item.remove();
    for (const item of document.querySelectorAll(".ct-mine, .ct-pinned")) item.classList.remove("ct-mine", "ct-pinned");
  };

  // The column of a matrix moves beside the heads of the rows, and stays there while others scroll
  const pin = (head) => {
    const table = head.closest("table");
    const { cellIndex: index } = head;
    const { length } = head.parentNode.cells;
    for (const row of [...table.rows].filter((one) => one.cells.length === length)) {
      const cell = row.cells[index];
      cell.classList.add("ct-pinned");
      first(cell, row, row.cells[1]);
    }
    const [corner] = head.parentNode.cells;
    new ResizeObserver(() => table.style.setProperty("--ct-pin", `${corner.offsetWidth}px`)).observe(corner);
  };
  const offerFirst = (box) => {
    const label = box.closest("label");
    const list = label.closest("fieldset");
    label.dataset.borough = box.value;
    const legend = list?.querySelector(":scope > legend");
    first(label, list, legend ? legend.nextSibling : list?.firstChild);
  };
  const offerOptionFirst = (option) => {
    const list = option.parentNode;
    first(option, list, [...list.options].find(({ value }) => value));
  };

  const show = () => {
    const mine = remembered();
    unmark();
    root.dataset.myBoroughName = mine?.name ?? "";
    if (slot) {
      slot.hidden = !mine;
      slot.replaceChildren(...(mine ? [mark("My borough: "), mine.name] : []));
      if (mine) slot.href = `${slot.dataset.myBorough}${mine.slug}/`;
      slot.toggleAttribute("aria-current", false);
      if (mine && slot.pathname === location.pathname) slot.setAttribute("aria-current", "page");
    }
    for (const button of document.querySelectorAll("button[data-choose-borough]")) {
      const chosen = button.dataset.chooseBorough === mine?.slug;
      button.closest("[hidden]")?.toggleAttribute("hidden", !usable);
      button.replaceChildren(...(chosen ? [mark(""), "My borough – forget it"] : ["Make this my borough"]));
    }
    if (!mine) return;
    for (const box of document.querySelectorAll(`label input[name=borough][value="${mine.slug}"]`)) offerFirst(box);
    for (const option of document.querySelectorAll(`:is([name=borough], [name=nearest]) > option[value="${mine.slug}"]`)) offerOptionFirst(option);
    for (const head of document.querySelectorAll(`[data-pins] thead [data-borough="${mine.slug}"]`)) pin(head);
    for (const item of document.querySelectorAll(`[data-borough="${mine.slug}"]`)) markItem(item);
  };

  // A form opens the borough whose name is typed, and a link leads to one: here they are remembered
  document.addEventListener("submit", ({ target }) => {
    const box = target.closest("form[data-choose-borough]")?.querySelector("[list]");
    const typed = box?.value.trim().toLowerCase();
    const named = [...(box?.list.options ?? [])].find((option) => option.value.toLowerCase() === typed);
    if (named) remember(named.dataset.address.split("/").at(-2), named.value);
  });
  document.addEventListener("click", ({ target }) => {
    const link = target.closest("[data-choose-borough] [data-borough] a");
    if (link) remember(link.closest("[data-borough]").dataset.borough, link.title || link.textContent.trim());
    const button = target.closest("button[data-choose-borough]");
    if (!button) return;
    const { chooseBorough: slug, name } = button.dataset;
    const chosen = remembered()?.slug === slug;
    if (chosen) forget();
    else remember(slug, name);
    show();
    const said = document.querySelector("[data-borough-said]");
    if (said) said.textContent = chosen ? `${name} is forgotten.` : `${name} is your borough: remembered in this browser alone.`;
  });

  addEventListener("storage", ({ key }) => { if (key === KEPT) show(); });
  addEventListener("pageshow", ({ persisted }) => { if (persisted) show(); });
  show();
})();
