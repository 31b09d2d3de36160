"use strict";
document.querySelectorAll("figure.claims").forEach(figure => {
  const form = figure.querySelector("form");
  const rows = [...figure.querySelectorAll("tbody tr")];
  const plain = text => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/\s+/g, " ").toLowerCase();
  const texts = rows.map(row => plain(row.textContent));
  const choices = [...form.querySelectorAll("select")];
  for (const select of choices) {
    const values = new Set(rows.map(row => row.dataset[select.name]));
    for (const value of values) select.add(new Option(value, value));
  }
  const show = () => {
    const wanted = plain(form.elements.text.value.trim());
    let count = 0;
    rows.forEach((row, i) => {
      const fits = choices.every(s => !s.value || row.dataset[s.name] === s.value);
      row.hidden = !(fits && texts[i].includes(wanted));
      count += !row.hidden;
    });
    form.querySelector("output span").textContent = count;
  };
  form.addEventListener("input", show);
  form.addEventListener("submit", event => event.preventDefault());
  form.hidden = rows.length < 8; // a few rows need no filter
  show();
});
