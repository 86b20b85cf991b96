// Small comforts over pages that work without them: copying, tabs, the name typed before a dangerous act,
// messages that close, menus that fold, times in the reader's zone. What htmx brings in later is enhanced too.
(() => {
  const announce = (sentence) => {
    const region = document.querySelector("[data-announce]");
    if (region) region.textContent = sentence;
  };

  const select = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  };

  const copy = async (button) => {
    const source = button.closest(".cs-cmd, [data-copy-box]")?.querySelector("[data-copy-text]");
    const text = (button.dataset.copy || source?.textContent || "").trim();
    try {
      await navigator.clipboard.writeText(text);
    } catch { // no clipboard over plain http: leave the text selected for Ctrl+C
      if (source) select(source);
      announce("Selected. Press Ctrl and C to copy.");
      return;
    }
    const use = button.querySelector("use");
    const before = use?.getAttribute("href");
    use?.setAttribute("href", before.replace(/#.*/, "#i-check-lg"));
    announce("Copied.");
    setTimeout(() => use?.setAttribute("href", before), 1600);
  };

  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(except)) menu.open = false; // a menu inside a menu keeps both open
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
    event.target.closest("[data-close]")?.closest(".cs-toast")?.remove();
    closeMenus(event.target.closest("details[data-menu]"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.activeElement?.closest("details[data-menu][open]")?.querySelector("summary").focus();
    closeMenus(null);
  });

  const confirmName = (field) => {
    const button = field.form.querySelector("[data-confirm-button]");
    const check = () => { button.disabled = field.value.trim() !== field.dataset.confirm; };
    field.addEventListener("input", check);
    check();
  };

  const tabs = (list) => {
    const links = [...list.querySelectorAll("a")];
    const show = (chosen) => {
      for (const link of links) {
        if (link === chosen) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
        document.querySelector(link.hash).hidden = link !== chosen;
      }
    };
    for (const link of links) {
      document.querySelector(`${link.hash} > :is(h2, h3, h4)`)?.classList.add("visually-hidden");
      link.addEventListener("click", (event) => {
        event.preventDefault();
        history.replaceState(null, "", link.hash);
        show(link);
      });
    }
    show(links.find((link) => link.hash === location.hash) ?? links[0]);
  };

  const once = (root, selector, enhance) => {
    for (const element of root.querySelectorAll(`${selector}:not([data-ready])`)) {
      element.dataset.ready = "";
      enhance(element);
    }
  };
  const enhance = (root) => {
    once(root, "[data-confirm]", confirmName);
    once(root, "[data-tabs]", tabs);
  };

  // The portal writes times in the reader's zone; it learns the zone's name from this cookie.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = `tz=${zone}; path=/; max-age=31536000; samesite=lax`;

  enhance(document);
  document.addEventListener("htmx:afterSettle", (event) => enhance(event.target.parentElement ?? document));
})();
