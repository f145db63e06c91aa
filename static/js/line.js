"use strict";
// Says that the line is lost, where htmx asks in the midst of a page.
["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach((name) => {
  document.addEventListener(name, (event) => {
    // the page itself says it
    if (event.detail.xhr && event.detail.xhr.getResponseHeader("x-outcome")) return;
    const box = document.getElementById("offline");
    if (box) box.hidden = false;
  });
});
