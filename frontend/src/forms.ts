/**
 * Forms: a second click does not send a second time, what may not be undone is asked about in a
 * dialog of ours, and leaving a page with unsaved words warns.
 */

const BUSY = "data-sent";

function sent(form: HTMLFormElement): boolean {
  return form.hasAttribute(BUSY);
}

/** Once: listeners on the document, so that forms in partials need nothing. */
export function startForms(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (sent(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.setAttribute(BUSY, "");
    form.setAttribute("aria-busy", "true");
    // A page that never comes (a download, a lost connection) must not leave the form dead.
    setTimeout(() => free(form), 8_000);
  }, true);
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = (event.target as Element).closest("form");
    if (form) free(form);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll<HTMLFormElement>(`form[${BUSY}]`)) free(form);
  });
  document.addEventListener("click", (event) => {
    const opener = (event.target as Element).closest<HTMLElement>("[data-opens]");
    if (!opener) return;
    const dialog = document.getElementById(opener.dataset.opens!);
    if (dialog instanceof HTMLDialogElement) {
      event.preventDefault();
      dialog.showModal();
    }
  });
  document.addEventListener("click", (event) => {
    const closer = (event.target as Element).closest<HTMLElement>("[data-closes]");
    closer?.closest("dialog")?.close();
  });
}

function free(form: HTMLFormElement): void {
  form.removeAttribute(BUSY);
  form.removeAttribute("aria-busy");
}
