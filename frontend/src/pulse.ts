/**
 * Others' changes, within seconds: one small request per visible tab every three to four seconds.
 * Only when the account's version has moved are the page's `[data-live]` parts fetched again.
 */
import htmx from "htmx.org";

const EVERY = 3_000;
const JITTER = 1_000;
const AFTER_ERROR = 15_000;

/** Begin asking; a page without an account has no `data-pulse` and does not. */
export function startPulse(): void {
  const url = document.body.dataset.pulse;
  if (!url) return;
  let version = document.body.dataset.version ?? "";
  let timer: ReturnType<typeof setTimeout> | undefined;

  const later = (wait = EVERY + Math.random() * JITTER): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), wait);
  };
  const ask = async (): Promise<void> => {
    if (document.hidden) return;
    try {
      const answer = await fetch(`${url}?v=${encodeURIComponent(version)}`, {
        headers: { Accept: "application/json" },
        credentials: "same-origin",
        redirect: "manual",
      });
      if (answer.status === 200) {
        version = ((await answer.json()) as { version: string }).version;
        for (const part of document.querySelectorAll("[data-live]")) htmx.trigger(part, "moved", {});
      } else if (answer.status !== 204) {
        later(AFTER_ERROR);
        return;
      }
      later();
    } catch {
      later(AFTER_ERROR);
    }
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : void ask()));
  later();
}
