/** Messages that say what became of a step; they stay long enough to be read, longer with Undo. */

const SHORT = 6_000;
const WITH_UNDO = 20_000;

function place(): HTMLElement {
  return document.querySelector<HTMLElement>(".flashes")!;
}

/** Say something, announced to screen readers. */
export function say(text: string, level: "info" | "error" = "info"): void {
  if ([...place().children].some((old) => old.textContent === text)) return;
  const flash = document.createElement("div");
  flash.className = `flash ${level}`;
  flash.textContent = text;
  place().append(flash);
  fade(flash);
}

function fade(flash: Element): void {
  if (flash.classList.contains("error")) return; // errors stay until the next page
  const linger = flash.querySelector("form, a") ? WITH_UNDO : SHORT;
  const timer = setTimeout(() => flash.remove(), linger);
  for (const event of ["pointerenter", "focusin"]) {
    flash.addEventListener(event, () => clearTimeout(timer), { once: true });
  }
}

/** Let the messages that came with the page, or with a partial, go after a while. */
export function startFlashes(): void {
  for (const flash of place().querySelectorAll(".flash")) fade(flash);
  new MutationObserver((changes) => {
    for (const change of changes)
      for (const node of change.addedNodes) if (node instanceof Element) fade(node);
  }).observe(place(), { childList: true });
}
