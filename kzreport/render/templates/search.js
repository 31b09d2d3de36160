(() => {
  const fold = (t) => t.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[\u2019']/g, " ").replace(/[\u00a0\u202f]/g, " ").toLowerCase();
  const pieces = JSON.parse(document.getElementById("pieces").textContent).map((p) => [...p, fold(p.slice(1).join(" ")), fold(p[2])]);
  const form = document.querySelector(".find"), field = form.querySelector("input"), list = document.querySelector(".found"), said = document.querySelector(".find output");
  const make = (tag, text, name) => { const e = document.createElement(tag); e.textContent = text; if (name) e.className = name; return e; };
  const excerpt = (text, words) => {
    const at = Math.max(0, fold(text).indexOf(words[0]) - 80), from = at ? text.indexOf(" ", at) + 1 : 0;
    const to = from + 260 < text.length ? text.lastIndexOf(" ", from + 260) : text.length;
    return (from ? "… " : "") + text.slice(from, to > from ? to : from + 260) + (to < text.length ? " …" : "");
  };
  const show = () => {
    const words = fold(field.value).split(/\s+/).filter((x) => x.length > 1);
    list.replaceChildren();
    said.textContent = "";
    if (!words.length) return;
    const hits = pieces.filter((p) => words.every((x) => p[4].includes(x)));
    hits.sort((a, b) => words.every((x) => b[5].includes(x)) - words.every((x) => a[5].includes(x)));
    said.textContent = hits.length ? `${hits.length} ${hits.length > 1 ? form.dataset.count : form.dataset.one}${hits.length > 40 ? ` (${form.dataset.most})` : ""}` : form.dataset.none;
    for (const [href, page, title, text] of hits.slice(0, 40)) {
      const item = make("li", ""), link = make("a", title || page);
      link.href = href;
      item.append(link, make("p", page, "in"));
      if (text) item.append(make("p", excerpt(text, words)));
      list.append(item);
    }
  };
  form.hidden = false;
  form.addEventListener("submit", (e) => e.preventDefault());
  field.addEventListener("input", show);
  const given = new URLSearchParams(location.search).get("q");
  if (given) field.value = given;
  show();
})();
