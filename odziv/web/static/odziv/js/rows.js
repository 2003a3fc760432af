/* Rows of a form that come and go: [data-rows-of=prefix] holds [data-rows-here], a <template> of an empty row whose names
   carry __prefix__, and [data-row-add]. Without scripts that button asks the server for one more row. */
const number = /__prefix__/g;

for (const rows of document.querySelectorAll("[data-rows-of]")) {
  const total = document.getElementById(`id_${rows.dataset.rowsOf}-TOTAL_FORMS`);
  const here = rows.querySelector("[data-rows-here]");
  for (const button of here.querySelectorAll("[data-row-remove]")) button.hidden = false;

  rows.addEventListener("click", (event) => {
    if (event.target.closest("[data-row-add]")) {
      event.preventDefault();
      add();
    }
    const remove = event.target.closest("[data-row-remove]");
    if (remove) take(remove.closest(".form-row"));
  });

  function add() {
    const box = document.createElement("div");
    box.innerHTML = rows.querySelector("template").innerHTML.replace(number, total.value);
    const row = box.firstElementChild;
    row.querySelector("[data-row-remove]").hidden = false;
    total.value = Number(total.value) + 1;
    here.append(row);
    window.htmx?.process(row);
    row.querySelector("input")?.focus();
  }

  // The numbers of the others stay: a missing one reads as an empty row, and those do not count.
  function take(row) {
    const near = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    here.dispatchEvent(new Event("change", { bubbles: true }));
    (near?.querySelector("input") ?? rows.querySelector("[data-row-add]")).focus();
  }
}
