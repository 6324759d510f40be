/**
 * Pinning a comment: a click on the picture says where, the film's own time says when. The form has
 * fields for both, so that everything works by keyboard, and without this.
 */

const SVG = "http://www.w3.org/2000/svg";

/** Bring one viewer to life. */
export function attach(viewer: HTMLElement): () => void {
  const form = (): HTMLFormElement | null =>
    document.getElementById(viewer.dataset.form ?? "") as HTMLFormElement | null;
  const input = (name: string): HTMLInputElement | null =>
    form()?.querySelector<HTMLInputElement>(`input[name="${name}"]`) ?? null;

  const draw = (): void => {
    const pins = viewer.querySelector("svg.pins");
    if (!pins) return;
    pins.querySelector(".pin-new")?.remove();
    const [left, top] = [input("left")?.value, input("top")?.value];
    if (!left || !top) return;
    const mark = document.createElementNS(SVG, "circle");
    mark.setAttribute("class", "pin-new");
    mark.setAttribute("cx", `${left}%`);
    mark.setAttribute("cy", `${top}%`);
    mark.setAttribute("r", "11");
    pins.append(mark);
  };

  const place = (event: MouseEvent): void => {
    const picture = (event.target as Element).closest<HTMLElement>("[data-pin-here]");
    const [left, top] = [input("left"), input("top")];
    if (!picture || !left || !top) return;
    const box = picture.getBoundingClientRect();
    const share = (at: number, size: number): string =>
      Math.min(100, Math.max(0, (at / size) * 100)).toFixed(1);
    left.value = share(event.clientX - box.left, box.width);
    top.value = share(event.clientY - box.top, box.height);
    draw();
    form()?.querySelector<HTMLElement>("textarea")?.focus({ preventScroll: true });
  };

  const film = viewer.querySelector("video");
  const onPage = (event: Event): void => {
    const target = event.target as HTMLElement;
    const now = target.closest("[data-now]");
    const second = input("second");
    if (now && film && second) {
      film.pause();
      second.value = film.currentTime.toFixed(1);
      form()?.querySelector<HTMLElement>("textarea")?.focus();
    }
    const there = target.closest<HTMLElement>("[data-second]");
    if (there && film) {
      film.currentTime = Number(there.dataset.second);
      film.scrollIntoView({ block: "nearest" });
    }
  };
  const typed = (event: Event): void => {
    if (event.target === input("left") || event.target === input("top")) draw();
  };

  viewer.addEventListener("click", place);
  document.addEventListener("click", onPage);
  document.addEventListener("input", typed);
  document.addEventListener("htmx:afterSettle", draw);
  return () => {
    document.removeEventListener("click", onPage);
    document.removeEventListener("input", typed);
    document.removeEventListener("htmx:afterSettle", draw);
  };
}
