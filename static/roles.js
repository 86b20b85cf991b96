// Beside each role that is chosen for a certificate stands only whom that role lets in. An intermediate that
// nobody has decided on yet is suggested as soon as a certificate above it is chosen as anchor.
(() => {
  const rows = [...document.querySelectorAll("[data-roles]")];
  const decided = new Set();
  const show = (row) => {
    const select = row.querySelector("select");
    for (const line of row.querySelectorAll("[data-lets-in]")) {
      line.hidden = line.dataset.letsIn !== select.value;
      line.querySelector("[data-role-word]").hidden = true;
    }
  };
  const suggest = () => {
    const anchors = rows.filter((row) => row.querySelector("select").value === "anchor");
    for (const row of rows) {
      const select = row.querySelector("select");
      if (row.dataset.kind !== "intermediate" || select.disabled || decided.has(row)) continue;
      const above = row.dataset.above.split(" ");
      if (anchors.some((anchor) => above.includes(anchor.dataset.roles))) select.value = "intermediate";
      else if (!row.hasAttribute("data-suggested")) select.value = "";
      show(row);
    }
  };
  for (const row of rows) {
    const select = row.querySelector("select");
    if (select.value === "intermediate") row.setAttribute("data-suggested", "");
    select.addEventListener("change", () => {
      decided.add(row);
      show(row);
      suggest();
    });
    show(row);
  }
})();
