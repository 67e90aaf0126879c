"use strict";
// Filters the findings.  The page is complete without it; the controls are hidden until it runs.
(function () {
  var byId = function (id) { return document.getElementById(id); };
  var panel = byId("filter"), outcome = byId("filter-outcome"), target = byId("filter-target");
  var words = byId("filter-text"), said = byId("filter-said");
  var sections = [].map.call(document.querySelectorAll(".endpoint"), function (section) {
    return {
      element: section,
      quiet: section.querySelector("details.quiet"),
      items: [].map.call(section.querySelectorAll("[data-outcome]"), function (item) {
        return {
          element: item,
          outcome: item.dataset.outcome,
          quiet: item.tagName === "LI",
          text: (section.querySelector("h3").textContent + " " + item.textContent).toLowerCase()
        };
      })
    };
  });
  var total = sections.reduce(function (sum, section) { return sum + section.items.length; }, 0);

  function apply() {
    var wanted = words.value.trim().toLowerCase(), active = Boolean(wanted || outcome.value || target.value), shown = 0;
    sections.forEach(function (section) {
      var here = 0, quiet = 0;
      section.items.forEach(function (item) {
        var fits = (!outcome.value || item.outcome === outcome.value) &&
          (!target.value || target.value === section.element.id) && item.text.indexOf(wanted) !== -1;
        item.element.hidden = !fits;
        here += fits;
        quiet += fits && item.quiet;
      });
      section.element.hidden = active && !here;
      if (section.quiet) {
        section.quiet.hidden = active && !quiet;
        section.quiet.open = Boolean(quiet && (wanted || outcome.value));
      }
      shown += here;
    });
    said.textContent = active ? shown + " of " + total + " entries shown" : "";
  }

  [outcome, target].forEach(function (control) { control.addEventListener("change", apply); });
  words.addEventListener("input", apply);
  // A link into a part that is filtered away or folded shows that part.
  function reveal() {
    var aim = location.hash.length > 1 && byId(location.hash.slice(1));
    if (!aim) { return; }
    if (aim.closest("[hidden]")) { outcome.value = target.value = words.value = ""; apply(); }
    if (aim.tagName === "DETAILS") { aim.open = true; }
    aim.scrollIntoView();
  }
  addEventListener("hashchange", reveal);
  // On paper nothing is folded.
  var folded = [];
  addEventListener("beforeprint", function () {
    folded = [].filter.call(document.querySelectorAll("details"), function (one) { return !one.open; });
    folded.forEach(function (one) { one.open = true; });
  });
  addEventListener("afterprint", function () { folded.forEach(function (one) { one.open = false; }); });
  panel.hidden = false;
  apply();
  reveal();
}());
