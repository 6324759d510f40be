/**
 * The order of the queue: a brief is dragged, moved by its buttons or by Alt with the arrow keys. Each
 * step asks the server for the page in that order, so that what it would do to everyone is seen before
 * anything is saved. Without this module the buttons do the same by an ordinary request.
 */
import Sortable from "sortablejs";

import type { Detach } from "./islands";

/** Take over the buttons of the list, and let it be dragged where it may be. */
export function attach(live: HTMLElement): Detach {
  let sortable: Sortable | undefined;
  let list: HTMLElement | null = null;
  let focused = "";
  let dragging = false;

  const form = (): HTMLFormElement | null => live.querySelector("#order-form");

  async function show(parameters: URLSearchParams): Promise<void> {
    const url = `${form()?.getAttribute("action") ?? location.pathname}?${parameters}`;
    await window.htmx.ajax("get", url, { source: live, target: "#live", swap: "morph" });
    // The order that is shown now, without the step that led to it.
    const fresh = form();
    if (fresh) {
      const shown = new URLSearchParams(new FormData(fresh) as unknown as Record<string, string>);
      history.replaceState(history.state, "", `${fresh.getAttribute("action")}?${shown}`);
    }
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    focused = "";
  }

  function step(button: HTMLButtonElement): void {
    if (button.getAttribute("aria-disabled") === "true") return;
    const owner = form();
    if (!owner) return;
    const parameters = new URLSearchParams(new FormData(owner) as unknown as Record<string, string>);
    parameters.set(button.name, button.value);
    void show(parameters);
  }

  function dropped(number: string): void {
    const owner = form();
    if (!owner || !list) return;
    const parameters = new URLSearchParams(new FormData(owner) as unknown as Record<string, string>);
    const order = [...list.querySelectorAll<HTMLElement>("[data-movable]")].map((row) => row.dataset.number);
    parameters.set("order", order.join(","));
    parameters.set("moved", number);
    void show(parameters);
  }

  function arrange(): void {
    const now = live.querySelector<HTMLElement>(".queue-list[data-drag]");
    if (now === list) return;
    sortable?.destroy();
    list = now;
    sortable = list
      ? Sortable.create(list, {
          draggable: "[data-movable]",
          handle: ".queue-handle",
          animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
          onStart: () => (dragging = true),
          onEnd: (event) => {
            dragging = false;
            if (event.oldIndex !== event.newIndex) dropped(event.item.dataset.number ?? "");
          },
        })
      : undefined;
  }

  const clicked = (event: Event): void => {
    const button = (event.target as Element).closest<HTMLButtonElement>("[data-move]");
    if (!button) return;
    event.preventDefault();
    focused = button.id;
    step(button);
  };
  const pressed = (event: KeyboardEvent): void => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    const row = (event.target as Element).closest<HTMLElement>("[data-movable]");
    const way = event.key === "ArrowUp" ? "up" : "down";
    const button = row?.querySelector<HTMLButtonElement>(`[data-move="${way}"]`);
    if (!button) return;
    event.preventDefault();
    focused = (event.target as Element).id || button.id;
    step(button);
  };
  // Others' changes do not take a brief out of somebody's hand.
  const held = (event: Event): void => {
    if (dragging) event.preventDefault();
  };

  live.addEventListener("click", clicked);
  live.addEventListener("keydown", pressed);
  live.addEventListener("htmx:beforeRequest", held);
  document.addEventListener("htmx:afterSettle", arrange);
  arrange();
  return () => {
    sortable?.destroy();
    live.removeEventListener("click", clicked);
    live.removeEventListener("keydown", pressed);
    live.removeEventListener("htmx:beforeRequest", held);
    document.removeEventListener("htmx:afterSettle", arrange);
  };
}
