/**
 * HTMX as this product uses it: no evaluated attributes, no inline style, forms that were refused
 * (409, 422) are shown again with what was typed, and swaps keep the focus.
 */
import htmx from "htmx.org";
import { Idiomorph } from "idiomorph";

import { say } from "./flashes";

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}

/** Set HTMX up. Elements ask for `hx-ext="morph"` and `hx-swap="morph"` where focus may be inside. */
export function startHtmx(): void {
  window.htmx = htmx;
  htmx.config.allowEval = false;
  htmx.config.includeIndicatorStyles = false;
  htmx.config.historyCacheSize = 0;
  htmx.config.scrollIntoViewOnBoost = false;
  htmx.config.responseHandling = [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "4(09|22)", swap: true, error: false },
    { code: "[45]..", swap: false, error: true },
  ] as unknown as typeof htmx.config.responseHandling;
  htmx.defineExtension("morph", {
    isInlineSwap: (style: string) => style === "morph",
    handleSwap: (style: string, target: Node, fragment: Node) => {
      if (style !== "morph") return false;
      return Idiomorph.morph(target as Element, (fragment as Element).children, {
        morphStyle: "outerHTML",
        ignoreActiveValue: true,
        callbacks: { beforeNodeMorphed: keepOpen },
      }) as unknown as Node[];
    },
  } as never);
  const csrf = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
  document.body.addEventListener("htmx:configRequest", (event) => {
    if (csrf) (event as CustomEvent).detail.headers["X-CSRFToken"] = csrf;
  });
  document.body.addEventListener("htmx:sendError", () => {
    say("You seem to be offline. What you typed is still here; try again in a moment.", "error");
  });
  document.body.addEventListener("htmx:responseError", (event) => {
    const status: number = (event as CustomEvent).detail.xhr.status;
    if (status === 401) location.reload();
    else if (status === 403) say("You may not do that here. Ask an admin of the account.", "error");
    else if (status === 404) say("That is not there any more. Reload the page to see what is.", "error");
    else say("That did not work, and nothing was changed. Please try again.", "error");
  });
}

/**
 * What somebody has opened stays open when its surroundings are refreshed, and so does what was
 * fetched into it (`data-keep`).
 */
function keepOpen(before: Node, after: Node): boolean {
  if (before instanceof HTMLElement && before.hasAttribute("data-keep")) return false;
  if (before instanceof HTMLDetailsElement && after instanceof HTMLDetailsElement) {
    after.open = before.open;
  }
  if (typedInto(before)) return false;
  return !(before instanceof HTMLDialogElement && before.open);
}

/** Whether somebody has typed into a form what is not sent yet: it is theirs (`data-unsent`). */
function typedInto(node: Node): boolean {
  const field = node instanceof HTMLTextAreaElement || node instanceof HTMLInputElement;
  if (!field || node.type === "hidden" || node.value === node.defaultValue) return false;
  return node.closest("form[data-unsent]") !== null;
}
