"use strict";
// Drawing a rectangle on a scan, to make it black. Without this file the picture is pressed at two corners, or cells are typed.
// Places are in thousandths of the width of the picture, down as well as across.
document.querySelectorAll("[data-marks]").forEach((area) => {
  const picture = area.querySelector("input[type='image']");
  const marks = document.getElementById(area.dataset.marks);
  if (!picture || !marks || area.dataset.ready) return;
  area.dataset.ready = "1";
  let from = null;
  let box = null;
  const place = (event) => {
    const frame = picture.getBoundingClientRect();
    const part = (at, start, size) => Math.round(Math.min(Math.max(at - start, 0), size) * 1000 / frame.width);
    return [part(event.clientX, frame.left, frame.width), part(event.clientY, frame.top, frame.height)];
  };
  const drawn = (one, other) => {
    const unit = picture.getBoundingClientRect().width / 1000;
    const corner = [Math.min(one[0], other[0]), Math.min(one[1], other[1])];
    box.style.left = `${picture.offsetLeft + corner[0] * unit}px`;
    box.style.top = `${picture.offsetTop + corner[1] * unit}px`;
    box.style.width = `${Math.abs(one[0] - other[0]) * unit}px`;
    box.style.height = `${Math.abs(one[1] - other[1]) * unit}px`;
  };
  const far = (one, other) => Math.abs(one[0] - other[0]) > 5 && Math.abs(one[1] - other[1]) > 3;
  picture.addEventListener("dragstart", (event) => event.preventDefault());
  picture.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    from = place(event);
    picture.setPointerCapture(event.pointerId);
  });
  picture.addEventListener("pointermove", (event) => {
    if (!from) return;
    const to = place(event);
    if (!box && !far(from, to)) return;
    if (!box) {
      box = document.createElement("span");
      box.className = "black-box";
      area.append(box);
    }
    drawn(from, to);
  });
  const done = (event) => {
    if (!from || !box) { from = null; return; }
    const to = place(event);
    if (far(from, to)) {
      const sides = [Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.max(from[0], to[0]), Math.max(from[1], to[1])];
      marks.value = [marks.value, [area.dataset.page, ...sides].join(":")].filter(Boolean).join(";");
    } else box.remove();
    picture.dataset.dragged = "1";
    from = null;
    box = null;
  };
  picture.addEventListener("pointerup", done);
  picture.addEventListener("pointercancel", () => { if (box) box.remove(); from = null; box = null; });
  // A drag ends with a click, which would send the form with a corner.
  picture.addEventListener("click", (event) => {
    if (!picture.dataset.dragged) return;
    delete picture.dataset.dragged;
    event.preventDefault();
  });
});
