/**
 * The brief editor saves by itself: a moment after the last key, when a field is left, and every few
 * seconds while somebody writes. The server draws; this only sends the form and puts the answer in,
 * without taking away what was typed meanwhile. What could not be sent is kept in the browser.
 */
import { Idiomorph } from "idiomorph";

import type { Detach } from "./islands";

const PAUSE = 1_200;
const AT_LEAST_EVERY = 5_000;
const AFTER_LEAVING = 150;
const RETRY = 5_000;
const BOOKKEEPING = new Set(["csrfmiddlewaretoken", "version", "base", "command_key", "step"]);

type Entries = [string, string][];
interface Kept {
  at: string;
  entries: Entries;
}

function entriesOf(data: FormData): Entries {
  return [...data.entries()].map(([name, value]) => [name, String(value)]);
}

/** What a form says, without what only keeps the books, as one text that can be compared. */
function contents(entries: Entries): string {
  const said = entries.filter(
    ([name]) => !BOOKKEEPING.has(name) && !name.startsWith("choose.") && !name.endsWith(".adds"),
  );
  return JSON.stringify(said.map(([name, value]) => [name, value.replaceAll("\r\n", "\n")]));
}

/**
 * Whether a field is still called the same after that step: parts of concepts are counted through, and
 * only what is added at the end leaves the others their numbers.
 */
function keepsItsName(name: string, step: string): boolean {
  const word = step.split(":")[0]!;
  return !name.startsWith("concepts.") || ["", "save", "add", "add_concept"].includes(word);
}

/** The field that says what a step adds, if it adds something that was chosen. */
function choiceOf(step: string): string {
  return `concepts.${step.replace(/^add:/, "")}.adds`;
}

/** Whether a field says what is to be added next, which the server only knows when it is added. */
function isStillChosen(name: string, step: string): boolean {
  return name.endsWith(".adds") && choiceOf(step) !== name;
}

/** A form as the server drew it, whatever was typed into it since. */
function drawn(form: HTMLFormElement): Entries {
  const entries: Entries = [];
  for (const field of form.elements) {
    if (field instanceof HTMLSelectElement) {
      const chosen = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
      if (field.name) entries.push([field.name, chosen?.value ?? ""]);
    } else if (field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement) {
      if (field.name && field.type !== "radio") entries.push([field.name, field.defaultValue]);
    }
  }
  return entries;
}

class Editor {
  private saved: string;
  private typedAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private work: Promise<void> = Promise.resolve();
  private busy = false;
  private whole = false;
  private unsent: FormData | null = null;
  private readonly url: string;
  private readonly place: string;
  private readonly stop = new AbortController();

  constructor(private readonly root: HTMLElement) {
    this.url = root.dataset.url!;
    this.place = `brief:${root.dataset.brief}`;
    this.saved = contents(drawn(this.form));
    root.dataset.alive = "";
    this.listen();
    this.offerWhatWasKept();
    if (this.dirty) this.soon(0); // typed before this was loaded
  }

  detach(): void {
    clearTimeout(this.timer);
    this.stop.abort();
  }

  private get form(): HTMLFormElement {
    return this.root.querySelector<HTMLFormElement>("#editor")!;
  }

  private entries(): Entries {
    return entriesOf(new FormData(this.form));
  }

  private get dirty(): boolean {
    return contents(this.entries()) !== this.saved;
  }

  private get waits(): boolean {
    return this.form.dataset.clash !== undefined || this.form.dataset.gone !== undefined;
  }

  private listen(): void {
    const { signal } = this.stop;
    const on = (target: EventTarget, name: string, act: (event: Event) => void): void =>
      target.addEventListener(name, act, { signal });
    on(this.root, "input", (event) => this.typed(event));
    on(this.root, "change", (event) => this.left(event));
    on(this.root, "click", (event) => this.clicked(event as MouseEvent));
    on(this.root, "submit", (event) => this.submitted(event as SubmitEvent));
    on(this.root, "moved", () => void this.look());
    on(window, "online", () => this.soon(0));
    on(window, "beforeunload", (event) => {
      if (this.unsent && this.dirty) event.preventDefault();
    });
    on(document, "visibilitychange", () => {
      if (document.hidden && this.dirty) this.soon(0);
    });
  }

  private typed(event: Event): void {
    const field = event.target as HTMLInputElement;
    if (field.form !== this.form || field.name.startsWith("choose.")) return;
    if (/\.(quantity|type)$/.test(field.name)) this.whole = true;
    if (field.name === "title") {
      this.root.querySelector("h1")!.textContent = field.value.trim() || "Untitled brief";
    }
    this.keep();
    const now = Date.now();
    if (!this.typedAt) this.typedAt = now;
    this.soon(Math.max(0, Math.min(PAUSE, this.typedAt + AT_LEAST_EVERY - now)));
  }

  private left(event: Event): void {
    const field = event.target as HTMLElement;
    if (field.dataset.step) void this.send(field.dataset.step);
    else if (this.dirty) this.soon(AFTER_LEAVING);
  }

  private soon(wait: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if ((this.dirty || this.unsent) && !this.waits) void this.send("");
    }, wait);
  }

  private clicked(event: MouseEvent): void {
    const button = (event.target as Element).closest<HTMLButtonElement>("button");
    if (!button) return;
    if (button.dataset.count) {
      event.preventDefault();
      const field = button.parentElement!.querySelector("input")!;
      const before = /^\d{1,8}$/.test(field.value.trim()) ? Number(field.value) : 1;
      field.value = String(Math.max(1, before + Number(button.dataset.count)));
      field.dispatchEvent(new Event("input", { bubbles: true }));
    } else if (button.dataset.handsIn !== undefined && this.busy) {
      // What is on its way has to arrive first: it is the version that is handed in.
      event.preventDefault();
      void this.work.then(() => this.root.querySelector<HTMLButtonElement>("[data-hands-in]")?.click());
    }
  }

  private submitted(event: SubmitEvent): void {
    const button = event.submitter as HTMLButtonElement | null;
    if (event.target !== this.form) return;
    if (button?.hasAttribute("formaction") || button?.value === "save_as_new") {
      clearTimeout(this.timer);
      return;
    }
    event.preventDefault();
    this.form.removeAttribute("data-sent");
    this.form.removeAttribute("aria-busy");
    void this.send(button?.value ?? "save");
  }

  /** Send the form after whatever is on its way; a step changes the form itself. */
  private send(step: string): Promise<void> {
    clearTimeout(this.timer);
    // What is chosen now is what is added, whatever is chosen until its turn comes.
    const chosen = this.entries().filter(([name]) => name === choiceOf(step));
    this.work = this.work.then(() => this.exchange(step, undefined, chosen)).catch(() => undefined);
    return this.work;
  }

  private async exchange(step: string, kept?: FormData, chosen: Entries = []): Promise<void> {
    let instead = kept;
    // What may have arrived without our hearing of it is sent again as it was, with its key.
    if (this.unsent && step === "" && !instead) instead = this.unsent;
    const data = instead ?? new FormData(this.form);
    if (!instead) for (const [name, value] of [["step", step], ...chosen] as Entries) data.set(name, value);
    this.typedAt = 0;
    const whole = this.whole || step !== "";
    let answer: Response;
    const stood = this.entries();
    this.busy = true;
    try {
      answer = await fetch(this.url, {
        method: "POST",
        body: data,
        headers: { "HX-Request": "true", "HX-Target": whole ? "editor" : "summary" },
        credentials: "same-origin",
      });
    } catch {
      this.unsent = data;
      this.say("you seem to be offline. It is kept in this browser, and saved as soon as you are back.");
      this.soon(RETRY);
      return;
    } finally {
      this.busy = false;
    }
    this.whole = false;
    this.unsent = null;
    // What was kept replaces what stands there; anything else is typed since where it differs.
    await this.take(answer, entriesOf(data), step, kept ? stood : entriesOf(data));
  }

  /** Put an answer into the page; what was typed since it was asked for stays. */
  private async take(answer: Response, sent: Entries, step: string, stood = sent): Promise<void> {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const summary = page.querySelector<HTMLElement>("#summary");
    if (!summary) {
      const why = answer.redirected || answer.status === 401
        ? "you have been signed out. Sign in in another tab; what you typed is kept in this browser."
        : answer.status === 403
          ? "you may not change this draft, or this page is too old. Reload it; what you typed is kept."
          : "that did not work. It is tried again in a moment.";
      this.say(why);
      if (answer.status >= 500) this.soon(RETRY);
      return;
    }
    const form = page.querySelector<HTMLFormElement>("#editor");
    const before = new Map(stood);
    const since = this.entries().filter(
      ([name, value]) =>
        !BOOKKEEPING.has(name) && before.has(name) && (before.get(name) !== value || isStillChosen(name, step)),
    );
    const saved = summary.dataset.saved === "yes";
    if (saved) this.saved = contents(form ? entriesOf(new FormData(form)) : sent);
    this.morph("#summary", summary);
    if (form) {
      this.morph("#editor", form);
      this.putBack(since.filter(([name]) => keepsItsName(name, step)));
      this.goTo(step);
    }
    if (saved && !this.dirty) localStorage.removeItem(this.place);
    if (saved && this.dirty) this.soon(PAUSE);
  }

  private morph(where: string, fresh: HTMLElement): void {
    const old = this.root.querySelector(where);
    if (old) Idiomorph.morph(old, fresh, { morphStyle: "outerHTML", ignoreActiveValue: true });
  }

  private putBack(since: Entries): void {
    for (const [name, value] of since) {
      const field = this.form.elements.namedItem(name);
      if (field instanceof HTMLSelectElement) {
        // Somebody else may have changed what there is to choose from.
        if ([...field.options].some((option) => option.value === value)) field.value = value;
      } else if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) {
        field.value = value;
      }
    }
  }

  /** After a step the focus goes where the step led; after a move, to the same button. */
  private goTo(step: string): void {
    const clash = this.root.querySelector<HTMLElement>("#clashes");
    if (clash && step !== "") return clash.focus();
    const id = this.form.dataset.goesTo;
    const goal = id ? document.getElementById(id) : null;
    if (!goal) return;
    const word = step.split(":")[0]!;
    const same = goal.querySelector<HTMLElement>(`button[value^="${word}:"]:not(:disabled)`);
    const first = goal.querySelector<HTMLElement>("select, input:not([type='hidden'])");
    if (["up", "down", "concept_up", "concept_down"].includes(word)) {
      (same ?? goal.querySelector<HTMLElement>(".brief-moves button:not(:disabled)") ?? goal).focus();
    } else if (["add", "variation"].includes(word)) (first ?? goal).focus();
    else goal.focus();
  }

  /** Others may have changed it: who has nothing unsaved sees it at once, others when they save. */
  private async look(): Promise<void> {
    if (this.busy || this.waits) return;
    if (this.dirty) return this.soon(0);
    const version = this.root.querySelector<HTMLElement>("#summary")!.dataset.version!;
    const asked = this.entries();
    try {
      const answer = await fetch(`${this.url}?v=${version}`, {
        headers: { "HX-Request": "true", "HX-Target": "editor" },
        credentials: "same-origin",
      });
      if (answer.status === 204 || this.busy || this.waits) return;
      if (answer.redirected || answer.status === 404) return void (await this.send("save"));
      if (answer.ok) await this.take(answer, asked, "");
    } catch {
      // Offline: the next save says so.
    }
  }

  private say(why: string): void {
    const line = this.root.querySelector("#saved-line");
    const said = document.createElement("span");
    said.className = "problem";
    said.textContent = `Not saved: ${why}`;
    line?.replaceChildren(said);
    const short = said.cloneNode() as HTMLElement;
    short.textContent = "Not saved";
    this.root.querySelector("#saved-short")?.replaceChildren(short);
    this.keep();
  }

  private keep(): void {
    const entries = this.entries().filter(([name]) => name !== "csrfmiddlewaretoken");
    const kept: Kept = { at: new Date().toISOString(), entries };
    try {
      localStorage.setItem(this.place, JSON.stringify(kept));
    } catch {
      // No room, or not allowed: the page itself still has it.
    }
  }

  /** What an earlier visit could not send is offered, never put in by itself. */
  private offerWhatWasKept(): void {
    let kept: Kept | null = null;
    try {
      kept = JSON.parse(localStorage.getItem(this.place) ?? "null") as Kept | null;
    } catch {
      kept = null;
    }
    if (!kept || contents(kept.entries) === this.saved) {
      localStorage.removeItem(this.place);
      return;
    }
    const { entries, at } = kept;
    const notice = document.createElement("div");
    notice.className = "notice needs";
    notice.setAttribute("role", "status");
    const when = new Date(at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
    const text = document.createElement("p");
    text.textContent = `This browser kept changes of ${when} that did not reach the studio's server.`;
    const buttons = document.createElement("p");
    buttons.className = "mt-2 flex gap-3";
    const button = (label: string, style: string, act: () => void): void => {
      const one = document.createElement("button");
      one.type = "button";
      one.className = style;
      one.textContent = label;
      one.addEventListener("click", () => {
        notice.remove();
        act();
      });
      buttons.append(one);
    };
    button("Put them in", "btn btn-primary btn-sm", () => {
      const data = new FormData();
      for (const [name, value] of entries) data.append(name, value);
      data.set("csrfmiddlewaretoken", new FormData(this.form).get("csrfmiddlewaretoken") as string);
      data.set("command_key", crypto.randomUUID());
      data.set("step", "retype");
      this.work = this.work.then(() => this.exchange("retype", data)).catch(() => undefined);
    });
    button("Forget them", "btn btn-sm", () => localStorage.removeItem(this.place));
    notice.append(text, buttons);
    this.root.prepend(notice);
    notice.classList.add("brief-kept");
  }
}

export function attach(element: HTMLElement): Detach {
  const editor = new Editor(element);
  return () => editor.detach();
}
