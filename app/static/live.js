// While content is being written: show a page anew when its files change. Never where somebody types.
if (/^\/(programmes|organize)/.test(location.pathname) && !document.querySelector("textarea:not([readonly])")) {
  new EventSource("/-/changes").addEventListener("change", () => location.reload());
}
