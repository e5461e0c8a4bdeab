// Long choices: a box with suggestions, made when it is first focused. Without them, and until
// then, it takes a name, another name or a slug as it is.
(() => {
  const DELAY_MS = 150;  // between two keys, so that not every letter asks

  const load = (() => {
    let loaded;
    return ({ lookupScript: script, lookupCss: style }) => loaded ??= new Promise((resolve, reject) => {
      const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: style });
      const tag = Object.assign(document.createElement("script"), { src: script, onload: resolve, onerror: reject });
      document.head.append(link, tag);
    });
  })();

  // The library puts suggestions in as HTML
  const escape = (text) => {
    const span = document.createElement("span");
    span.textContent = text;
    return span.innerHTML;
  };

  const suggestion = ({ label, also, count }) =>
    `${escape(label)}${also ? ` <small>${escape(also)}</small>` : ""} <small>(${escape(count.toLocaleString("en-GB"))})</small>`;

  const source = (address) => {
    let timer;
    let request;
    return (query, populate) => {
      clearTimeout(timer);
      request?.abort();
      timer = setTimeout(async () => {
        request = new AbortController();
        try {
          const response = await fetch(`${address}?q=${encodeURIComponent(query)}`, { signal: request.signal });
          populate(response.ok ? (await response.json()).results : []);
        } catch {
          // The next letter has asked already, or there is no network: what is typed still counts
        }
      }, DELAY_MS);
    };
  };

  const enhance = (box) => {
    const { form } = box;
    const chosen = Object.assign(document.createElement("input"), { type: "hidden", name: box.name, value: box.value });
    const place = document.createElement("div");
    const { suggestions } = box.dataset;
    const typed = box.value;
    box.replaceWith(place, chosen);
    accessibleAutocomplete({
      element: place,
      id: box.id,
      name: "",
      minLength: 2,
      confirmOnBlur: false,
      displayMenu: "overlay",
      source: source(suggestions),
      templates: { inputValue: (option) => option?.label ?? "", suggestion },
      onConfirm: (option) => {
        if (!option) return;
        chosen.value = option.value;
        form.requestSubmit();
      },
    });
    const input = document.getElementById(box.id);
    input.addEventListener("input", () => { chosen.value = input.value; });
    form.addEventListener("submit", () => { chosen.disabled = !chosen.value; });
    addEventListener("pageshow", () => { chosen.disabled = false; });
    input.focus();
    if (!typed) return;
    // What was typed before the library was here is asked for like what is typed from now on
    input.value = typed;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    // The library has yet to note the focus, and then selects all: the next letter would replace it
    queueMicrotask(() => input.setSelectionRange(input.value.length, input.value.length));
  };

  for (const box of document.querySelectorAll("input[data-suggestions]")) {
    box.addEventListener("focus", () => {
      load(box.form.dataset).then(() => {
        if (box.isConnected) enhance(box);
      }, () => {});  // not loaded: the box stays as it is
    }, { once: true });
  }
})();
