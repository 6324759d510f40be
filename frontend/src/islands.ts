/**
 * Islands: an element with `data-island="name"` is brought to life by the module of that name, which
 * is loaded when the first one is seen. After every swap the new ones are attached, and those that
 * went away are let go. The document's `data-islands` names those that live.
 */

import * as pins from "./pins";

export type Detach = () => void;
export type Attach = (element: HTMLElement) => Detach | void;

const LOADERS: Record<string, () => Promise<{ attach: Attach }>> = {
  "queue-order": () => import("./queue-order"),
  brief: () => import("./brief"),
  // Comes with the page: until it lives, a click on the picture would be lost without a word.
  pins: () => Promise.resolve(pins),
};

/** Make an island known by name. */
export function island(name: string, load: () => Promise<{ attach: Attach }>): void {
  LOADERS[name] = load;
}

const attached = new Map<HTMLElement, Detach | void>();

async function bring(element: HTMLElement): Promise<void> {
  const name = element.dataset.island ?? "";
  const load = LOADERS[name];
  if (!load || attached.has(element)) return;
  attached.set(element, undefined);
  const { attach } = await load();
  if (!element.isConnected) {
    attached.delete(element);
    return;
  }
  attached.set(element, attach(element));
  const { dataset } = document.documentElement;
  dataset.islands = [...new Set([...(dataset.islands ?? "").split(" "), name])].join(" ").trim();
}

function look(): void {
  for (const [element, detach] of attached) {
    if (element.isConnected) continue;
    detach?.();
    attached.delete(element);
  }
  for (const element of document.querySelectorAll<HTMLElement>("[data-island]")) void bring(element);
}

/** Attach the islands of the page, now and after every swap. */
export function startIslands(): void {
  look();
  document.addEventListener("htmx:afterSettle", look);
}
