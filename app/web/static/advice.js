/* Shows what parties and people mean for confidentiality while they are being typed. Without this script the page says
   so after each saving. */
(function () {
  "use strict";
  var shown = document.getElementById("advies");
  if (!shown || !window.fetch) { return; }
  var timer = null, latest = 0;

  function ask(form) {
    var mine = latest += 1;
    var fields = new URLSearchParams();
    new FormData(form).forEach(function (value, name) { if (typeof value === "string") { fields.append(name, value); } });
    fetch(form.dataset.advice, { method: "POST", body: fields, credentials: "same-origin", redirect: "error" })
      .then(function (answer) { return answer.ok ? answer.text() : null; })
      .then(function (words) { if (words !== null && mine === latest) { shown.innerHTML = words; } })
      .catch(function () { /* the page says it again after saving */ });
  }

  document.querySelectorAll("form[data-advice]").forEach(function (form) {
    form.addEventListener("input", function () {
      window.clearTimeout(timer);
      timer = window.setTimeout(function () { ask(form); }, 400);
    });
  });
}());
