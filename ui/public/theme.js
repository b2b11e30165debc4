// Runs before the first paint, so that a remembered theme does not flash.
(function () {
  var choice = null;
  try {
    choice = localStorage.getItem("weir.theme");
  } catch {
    // Storage can be forbidden; the system's theme is used then.
  }
  if (choice === "light" || choice === "dark") {
    document.documentElement.dataset.theme = choice;
  }
})();
