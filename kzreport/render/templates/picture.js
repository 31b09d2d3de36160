"use strict";
document.querySelectorAll(".files button").forEach(button => {
  const figure = button.closest("figure"), find = place => figure.querySelector(place), drawn = find("svg");
  const set = (e, values) => { for (const key in values) e.setAttribute(key, values[key]); return e; };
  const make = tag => document.createElementNS(drawn.namespaceURI, tag);
  button.hidden = false;
  button.onclick = async () => { // the chart and what the page says of it, on light paper
    const wide = 1600, [, , across, down] = drawn.getAttribute("viewBox").split(" "), font = getComputedStyle(drawn).fontFamily;
    const canvas = document.createElement("canvas"), pen = canvas.getContext("2d"), image = new Image(), link = document.createElement("a");
    const whole = make("svg"), sheet = make("style");
    for (const { cssText } of document.styleSheets[0].cssRules) if (/^(@font|:root|\.s\d)/.test(cssText)) sheet.append(cssText);
    whole.append(sheet);
    let y = 0;
    const write = (text, size, look) => { // in lines as long as the picture
      const words = text.trim().split(/[ \n]+/);
      pen.font = `${size}px ${font}`;
      while (words.length) {
        const line = make("text");
        do line.append(words.shift(), " ");
        while (words.length && pen.measureText(line.textContent + words[0]).width < across - 16);
        whole.append(set(line, { x: 8, y: y += 1.45 * size, style: `font-size:${size}px;${look}` }));
      }
    };
    write(find("strong").textContent, 11, "fill:var(--ink);stroke:var(--ink);stroke-width:.35px");
    write(find(".measure").textContent, 8.5, "fill:var(--muted)");
    whole.append(set(drawn.cloneNode(true), { y: y += 6, width: across, height: down }));
    y += +down;
    write(find("figcaption span").firstChild.data, 7.5, "fill:var(--muted)"); // without the numbers of its sources
    write(document.title, 7.5, "fill:var(--muted)");
    const box = { width: wide, height: Math.round(wide * (y += 8) / across) };
    set(whole, { ...box, viewBox: `0 0 ${across} ${y}`, style: `font-family:${font};background:#fff` });
    image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(whole))}`;
    await image.decode();
    set(canvas, box);
    pen.drawImage(image, 0, 0);
    link.download = document.querySelector("main").dataset.file.replace("*", figure.id);
    link.href = canvas.toDataURL();
    link.click();
  };
});
