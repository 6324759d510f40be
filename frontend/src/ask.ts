/**
 * Links with `data-ask` lead to the form of an action: a page of its own, or here, with scripts, the
 * inside of the one dialog of the page.
 */
import htmx from "htmx.org";

/** Once: a listener on the document, so that links in partials need nothing. */
export function startAsk(): void {
  document.addEventListener("click", (event) => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-ask]");
    const dialog = document.getElementById("ask");
    if (!link || !(dialog instanceof HTMLDialogElement)) return;
    event.preventDefault();
    link.closest<HTMLDetailsElement>("details.more")?.removeAttribute("open");
    void htmx.ajax("get", link.href, { target: "#step", swap: "innerHTML" }).then(() => {
      if (!dialog.querySelector("form")) return;
      dialog.showModal();
      dialog.querySelector<HTMLElement>("textarea, input:not([type=hidden]), select")?.focus();
    });
  });
  // A menu closes when one looks elsewhere.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.more[open]")) {
      if (!menu.contains(event.target as Node)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector<HTMLDetailsElement>("details.more[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
}
