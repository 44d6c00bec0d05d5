// What pages do beyond HTMX. Everything works without it.
"use strict";

// Characters left, told to screen readers only when few are.
document.addEventListener("input", (event) => {
  const text = event.target;
  if (!text.matches("textarea[maxlength]")) return;
  const counter = text.form.querySelector(".counter");
  if (!counter) return;
  const left = text.maxLength - text.value.length;
  counter.textContent = `${left}`;
  counter.setAttribute("aria-live", left <= 20 ? "polite" : "off");
  counter.setAttribute("aria-label", `${left} characters left`);
});

// Focus goes where the reader is: to the first of the posts that were loaded, to the button that was pressed.
let pressed = null;
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target.closest("[data-keeps-focus]");
  pressed = form && form.contains(document.activeElement) ? form.id : null;
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.dataset.loaded) {
    event.target.querySelector(".author")?.focus({ preventScroll: true });
  } else if (pressed) {
    document.getElementById(pressed)?.querySelector("button")?.focus({ preventScroll: true });
    pressed = null;
  }
});

// A request that failed says so.
for (const name of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(name, () => {
    const message = document.createElement("p");
    message.className = "message";
    message.textContent = "That did not work. Try again in a moment.";
    document.getElementById("messages").replaceChildren(message);
  });
}
