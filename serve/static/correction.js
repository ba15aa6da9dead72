// "That's wrong": the right class of a picture goes to the service, where the service takes it.
import { ask } from "./sending.js";
import { one } from "./words.js";

const NONE = "none"; // option values are numbers else, so no class name can be mistaken for it

/** The form for one answer, or nothing where GET /model does not say `feedback: true`. */
export function correction(answer, model, title) {
  if (model?.feedback !== true) return [];
  const form = one("#wrong").content.firstElementChild.cloneNode(true);
  const [opener, right, select] = [".link", ".right", "select"].map((selector) => one(selector, form));
  form.ariaLabel = `The right class of ${title}`;
  opener.textContent = answer.unknown ? "I know what it is" : "That’s wrong";
  opener.addEventListener("click", () => {
    right.hidden = !right.hidden;
    opener.ariaExpanded = String(!right.hidden);
    if (!right.hidden) select.focus();
  });
  select.append(...options(answer, model.class_names));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, answer.prediction_id, select.value === NONE ? null : model.class_names[Number(select.value)]);
  });
  return [form];
}

function options(answer, classNames) {
  const wrong = answer.unknown ? -1 : classNames.indexOf(answer.class);
  const others = classNames.map((className, label) => new Option(className, label)).filter((_, label) => label !== wrong);
  const first = new Option("choose…", "", true, true);
  first.disabled = true;
  return [first, ...others, new Option("none of these", NONE)];
}

async function send(form, predictionId, className) {
  const said = one(".sent", form);
  const button = one(".right button", form);
  button.disabled = true;
  said.textContent = "";
  try {
    const body = JSON.stringify({ prediction_id: predictionId, class_name: className });
    await ask("feedback", { method: "POST", body, headers: { "Content-Type": "application/json" } });
    one(".link", form).remove();
    one(".right", form).remove();
    said.textContent = `Thank you. Noted: ${className ?? "none of these"}.`;
  } catch (error) {
    said.textContent = error.message;
    button.disabled = false;
  }
}
