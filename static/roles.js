// Beside each role that is chosen for a certificate stands only whom that role lets in.
(() => {
  for (const row of document.querySelectorAll("[data-roles]")) {
    const select = row.querySelector("select");
    const show = () => {
      for (const line of row.querySelectorAll("[data-lets-in]")) {
        line.hidden = line.dataset.letsIn !== select.value;
        line.querySelector("[data-role-word]").hidden = true;
      }
    };
    select.addEventListener("change", show);
    show();
  }
})();
