/**
 * The keyboard in lists: `/` goes to the search, `j` and `k` up and down the rows of a
 * `[data-keys-list]`, Enter opens what is chosen. Never while somebody types.
 */

function typing(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches("input, textarea, select, [contenteditable]");
}

function move(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-keys-list] [data-row]")];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
  const next = rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + by))]!;
  for (const row of rows) row.removeAttribute("aria-selected");
  next.setAttribute("aria-selected", "true");
  next.querySelector<HTMLElement>("a[href]")?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

/** Listen once, for every list there is or will be. */
export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "/") {
      const search = document.querySelector<HTMLInputElement>("[data-keys-search]");
      if (!search) return;
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
  });
}
