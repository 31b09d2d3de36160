"use strict";
document.querySelectorAll("figure.claims").forEach(figure => {
  const form = figure.querySelector("form");
  const claims = [...figure.querySelectorAll("details.claim")], groups = [...figure.querySelectorAll("details.verdict")];
  const openAtFirst = groups.map(group => group.open);
  const plain = text => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[\s\u00a0\u202f]+/g, " ").replace(/[\u2019']/g, "'").toLowerCase();
  const heads = claims.map(claim => plain(claim.querySelector("summary").textContent));
  const texts = claims.map(claim => plain(claim.textContent));
  const among = (claim, select, number) => select.name === "verdict" ? claim.closest("[data-verdict]").dataset.verdict === select.value
    : +claim.dataset.of.split(" ")[number] === select.selectedIndex; // the places of its document, theme and page in their lists
  const reveal = () => { // a link to a claim opens it, also where the browser does not by itself
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const own = target && figure.contains(target) ? target : null;
    if (!own) return;
    for (let at = own; at && at !== figure; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    own.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  figure.addEventListener("click", event => { const link = event.target.closest("a[href^='#']"); if (link && link.hash === location.hash) reveal(); });
  if (form) {
    const choices = [...form.querySelectorAll("select")], button = form.querySelector("button");
    const labels = [button.textContent, button.dataset.shut];
    const setOpen = open => { claims.forEach(claim => { claim.open = open; }); button.textContent = labels[+open]; };
    const show = () => {
      const words = plain(form.elements.text.value.trim());
      const asked = words || choices.some(select => select.selectedIndex);
      let count = 0;
      claims.forEach((claim, i) => {
        const fits = choices.every((s, number) => !s.selectedIndex || among(claim, s, number)) && texts[i].includes(words);
        claim.hidden = !fits;
        claim.open = Boolean(fits && words.length > 2 && !heads[i].includes(words)); // found in what is folded
        count += fits;
      });
      groups.forEach((group, i) => {
        const left = group.querySelectorAll("details.claim:not([hidden])").length;
        group.hidden = !left;
        group.open = asked ? left > 0 : openAtFirst[i];
        group.querySelector(".number").textContent = left;
      });
      button.textContent = labels[0];
      form.querySelector("output span").textContent = count;
    };
    form.addEventListener("input", show);
    form.addEventListener("submit", event => event.preventDefault());
    button.addEventListener("click", () => {
      const open = button.textContent === labels[0];
      if (open) groups.forEach(group => { group.open = true; });
      setOpen(open);
    });
    form.hidden = false;
    show();
  }
  reveal();
});
