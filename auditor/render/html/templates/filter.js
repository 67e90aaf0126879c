"use strict";
// Filters the findings.  The page is complete without it; the controls are hidden until it runs.
(function () {
  var byId = function (id) { return document.getElementById(id); };
  var panel = byId("filter"), outcome = byId("filter-outcome"), target = byId("filter-target");
  var words = byId("filter-text"), said = byId("filter-said");
  // The page lists the rules that passed in one element; each is filtered by itself.
  [].forEach.call(document.querySelectorAll(".quiet code"), function (list) {
    list.textContent.split(" ").forEach(function (rule) {
      var one = document.createElement("code");
      one.textContent = rule;
      list.before(one, " ");
    });
    list.remove();
  });
  var sections = [].map.call(document.querySelectorAll(".endpoint"), function (section) {
    return {
      element: section,
      quiet: section.querySelector("details.quiet"),
      items: [].map.call(section.querySelectorAll("article, .quiet code"), function (item) {
        var quiet = item.tagName === "CODE";
        return {
          element: item,
          outcome: (quiet ? item.parentNode : item).className,
          quiet: quiet,
          text: (section.querySelector("h3").textContent + " " + item.textContent).toLowerCase()
        };
      })
    };
  });
  sections.forEach(function (section) {
    target.add(new Option(section.element.querySelector("h3").firstChild.data, section.element.id));
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
      [].forEach.call(section.element.querySelectorAll(".quiet p"), function (line) {
        line.hidden = !line.querySelector("code:not([hidden])");
      });
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
    for (var fold = aim.closest("details"); fold; fold = fold.parentNode.closest("details")) { fold.open = true; }
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
