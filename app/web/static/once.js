/* Who clicks twice means once: a form that was just sent is not sent again while its answer is on the way. */
(function () {
  "use strict";
  var WAIT = 2000;

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented) { return; }
    if ("sent" in form.dataset) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    window.setTimeout(function () { delete form.dataset.sent; }, WAIT);
  });
  /* Back on a page that the browser had kept as it was left. */
  window.addEventListener("pageshow", function () {
    Array.prototype.forEach.call(document.forms, function (form) { delete form.dataset.sent; });
  });
}());
