/**
 * Islands: an element with `data-island="name"` is brought to life by the module of that name, which
 * is loaded when the first one is seen. After every swap the new ones are attached, and those that
 * went away are let go.
 */

export type Detach = () => void;
export type Attach = (element: HTMLElement) => Detach | void;

const LOADERS: Record<string, () => Promise<{ attach: Attach }>> = {
  "queue-order": () => import("./queue-order"),
  brief: () => import("./brief"),
  pins: () => import("./pins"),
};

/** Make an island known by name. */
export function island(name: string, load: () => Promise<{ attach: Attach }>): void {
  LOADERS[name] = load;
}

const attached = new Map<HTMLElement, Detach | void>();

async function bring(element: HTMLElement): Promise<void> {
  const load = LOADERS[element.dataset.island ?? ""];
  if (!load || attached.has(element)) return;
  attached.set(element, undefined);
  const { attach } = await load();
  if (element.isConnected) attached.set(element, attach(element));
  else attached.delete(element);
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
