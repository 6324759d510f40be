/** The frame: the theme is shown before the server has kept it; the rail folds. */

const YEAR = 31_536_000;

function keep(name: string, value: string): void {
  const safe = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; Max-Age=${YEAR}; SameSite=Lax${safe}`;
}

/** Take over the theme's form and the rail's button; both work without this, by a request. */
export function startFrame(): void {
  const root = document.documentElement;
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches("[data-theme-form]")) return;
    event.preventDefault();
    const button = (event as SubmitEvent).submitter as HTMLButtonElement;
    if (button.value === "system") delete root.dataset.theme;
    else root.dataset.theme = button.value;
    keep("theme", button.value);
    for (const other of form.querySelectorAll("button")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
  }, true);
  document.querySelector("[data-fold-rail]")?.addEventListener("click", () => {
    const folded = root.dataset.rail !== "folded";
    if (folded) root.dataset.rail = "folded";
    else delete root.dataset.rail;
    keep("rail", folded ? "folded" : "open");
  });
  // Popovers close when something in them was chosen.
  document.addEventListener("click", (event) => {
    const chosen = (event.target as Element).closest("[popover] a");
    (chosen?.closest("[popover]") as HTMLElement | null)?.hidePopover();
  });
  if ("serviceWorker" in navigator) {
    void navigator.serviceWorker.register("/sw.js");
  }
}
