"use strict";
(() => {
  const said = document.getElementById("said");
  const root = document.documentElement;

  const theme = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const show = () => theme.setAttribute("aria-pressed", String(dark()));
  theme.hidden = false;
  theme.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    show();
  });
  system.addEventListener("change", show);
  show();

  // numbers by size, words by alphabet, what is unavailable last in either direction
  const order = (one, other, sign) => {
    if (one === "" || other === "") return (one === "") - (other === "");
    const numbers = [Number(one), Number(other)];
    return sign * (numbers.some(Number.isNaN) ? one.localeCompare(other) : numbers[0] - numbers[1]);
  };
  for (const button of document.querySelectorAll("th[aria-sort] button")) {
    button.addEventListener("click", () => {
      const head = button.closest("th");
      const column = head.cellIndex;
      const rising = head.getAttribute("aria-sort") !== "ascending";
      const body = head.closest("table").tBodies[0];
      const rows = [...body.rows].map((row) => [row.cells[column].dataset.by, row]);
      rows.sort((one, other) => order(one[0], other[0], rising ? 1 : -1));
      body.append(...rows.map(([, row]) => row));
      for (const cell of head.parentElement.cells) cell.setAttribute("aria-sort", "none");
      head.setAttribute("aria-sort", rising ? "ascending" : "descending");
      said.textContent = `sorted by ${button.textContent.trim()}, ${rising ? "ascending" : "descending"}`;
    });
  }

  // a link to a run opens it
  const open = () => {
    const found = location.hash && document.getElementById(location.hash.slice(1));
    if (found && found.matches("details")) {
      found.open = true;
      found.querySelector("summary").focus();
      found.scrollIntoView();
    }
  };
  addEventListener("hashchange", open);
  open();
})();
