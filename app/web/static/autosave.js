/* Saves a page of the questionnaire as it is filled in, and says so. One request at a time, always with the whole page
   as it stands and as it was, so that the last answer wins and a page that stayed open elsewhere puts nothing back;
   without this script every button saves as well. */
(function () {
  "use strict";
  var form = document.querySelector("form[data-autosave]");
  var state = document.getElementById("saved");
  if (!form || !state || !window.fetch) { return; }
  var sequence = 0;
  var dirty = false, busy = false, wait = 1000, timer = null;
  var areas = Array.prototype.slice.call(form.querySelectorAll("textarea"));
  var unsaved = areas.filter(mind).length > 0;

  function say(words) { state.textContent = state.dataset[words]; state.dataset.state = words; }

  /* Says beside an answer that it is too long, at once; the service is who decides. Tells whether it is. */
  function mind(area) {
    var told = document.getElementById("e-" + area.name);
    var count = Array.from(area.value.trim()).length;
    var tooLong = count > Number(area.dataset.longest);
    told.hidden = !tooLong;
    told.textContent = tooLong ? told.dataset.words.replace("{n}", count) : "";
    if (tooLong) { area.setAttribute("aria-invalid", "true"); } else { area.removeAttribute("aria-invalid"); }
    return tooLong;
  }

  /* A saving that is overtaken on its way changes nothing: the server keeps the highest number of this page. */
  /* What was saved from here is what this page has, for it to tell later what was changed in it. */
  function remember(fields) {
    fields.forEach(function (value, name) {
      var was = form.elements["was-" + name];
      if (was) { was.value = value; was.disabled = false; }
    });
  }

  /* What was sent without a word back may be kept or not: until we know, this page says nothing of how it was. */
  function doubt(fields) {
    fields.forEach(function (value, name) {
      var was = form.elements["was-" + name];
      if (was && was.value !== value) { was.disabled = true; }
    });
  }

  function number() { sequence += 1; form.elements.sequence.value = String(sequence); }

  function save() {
    timer = null;
    if (busy || !dirty) { return; }
    busy = true; dirty = false;
    say("saving");
    number();
    var fields = new URLSearchParams(new FormData(form));
    fields.set("go", "autosave");
    /* Whoever turns to another app may not come back: then the saving outlives the page, if it is small enough. */
    var outlives = document.hidden && String(fields).length < 60000;
    fetch(form.action, { method: "POST", body: fields, credentials: "same-origin", redirect: "manual", keepalive: outlives })
      .then(function (answer) {
        if (answer.status === 200) { return answer.json(); }
        if (answer.status === 204) { return { unsaved: [] }; }
        busy = false;
        if (answer.status === 429 || answer.status >= 500) {
          doubt(fields);
          again();
        } else {
          unsaved = true;
          say("refused");
        }
        return null;
      })
      .then(function (kept) {
        if (!kept) { return; }
        busy = false;
        wait = 1000;
        kept.unsaved.forEach(function (name) { fields.delete(name); });
        remember(fields);
        unsaved = kept.unsaved.length > 0;
        say(unsaved ? "partly" : "saved");
        if (dirty) { plan(0); }
      })
      .catch(function () { busy = false; doubt(fields); again(); });
  }

  function again() {
    dirty = true;
    say("waiting");
    plan(wait);
    wait = Math.min(wait * 2, 30000);
  }

  function plan(later) {
    if (timer === null) { timer = window.setTimeout(save, later); }
  }

  function now() {
    window.clearTimeout(timer);
    save();
  }

  form.addEventListener("change", function () { dirty = true; plan(150); });
  form.addEventListener("input", function (event) {
    if (event.target.tagName === "TEXTAREA") { mind(event.target); dirty = true; plan(1500); }
  });
  window.addEventListener("beforeunload", function (event) {
    if ((dirty || busy || unsaved) && !form.dataset.leaving) { event.preventDefault(); }
  });
  window.addEventListener("online", function () { wait = 1000; if (dirty) { now(); } });
  document.addEventListener("visibilitychange", function () { if (document.hidden && dirty) { now(); } });
  form.addEventListener("submit", function (event) {
    if (!window.navigator.onLine) {
      /* Without a network the next page cannot come, and this one would be gone. */
      event.preventDefault();
      dirty = true;
      say("offline");
      return;
    }
    form.dataset.leaving = "yes";
    number();
  });
}());
