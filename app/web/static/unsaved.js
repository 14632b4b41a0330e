/* A page with several forms saves one of them at a time. This asks before what was typed in another would be lost, and
   the browser asks before the page is left. */
(function () {
  "use strict";
  var question = document.currentScript.dataset.question;
  var forms = Array.prototype.slice.call(document.querySelectorAll("#inhoud form[method=post]"));
  var leaving = false;

  function differs(field) {
    if (field.tagName === "SELECT") {
      return Array.prototype.some.call(field.options, function (option) { return option.selected && !option.defaultSelected; }) &&
        Array.prototype.some.call(field.options, function (option) { return option.defaultSelected; });
    }
    if (field.type === "checkbox" || field.type === "radio") { return field.checked !== field.defaultChecked; }
    return field.type !== "hidden" && "defaultValue" in field && field.value !== field.defaultValue;
  }

  /* What was typed in a form that was refused stands in it again, and is not saved either. */
  function unsaved(form) {
    return "unsaved" in form.dataset || Array.prototype.some.call(form.elements, differs);
  }

  document.addEventListener("submit", function (event) {
    var lost = forms.some(function (form) { return form !== event.target && unsaved(form); });
    if (lost && !window.confirm(question)) { event.preventDefault(); return; }
    leaving = true;
  });
  window.addEventListener("beforeunload", function (event) {
    if (!leaving && forms.some(unsaved)) { event.preventDefault(); }
  });
}());
