// What a web page reports with: <script async src="https://harbinger.example.org/v1/harbinger.js"></script>
// The readable form of harbinger.min.js, which is what is served. Change both.
//
//   data-to="URL"   where to report to, when it is not beside the script
//   data-query      keep query strings (the server cuts them off all the same, unless it is told to keep them)
//
// Nothing is stored in the browser, nothing identifies it, and whoever asks not to be tracked is not reported.
(function (w, d, n) {
  var script = d.currentScript || {};
  var to = (script.dataset || {}).to || (script.src || "/v1/").replace(/[^\/]*$/, "events");
  var keep = script.dataset && "query" in script.dataset;
  var queue = [], timer = 0, page, since, depth;

  if (n.globalPrivacyControl || n.doNotTrack == 1 || w.doNotTrack == 1) return;

  // Nothing that goes wrong in here may reach the page.
  function safe(f) {
    return function (event) {
      try { f(event); } catch (ignored) {}
    };
  }
  function on(target, type, f) { target.addEventListener(type, safe(f), { capture: true, passive: true }); }
  function cut(url) { return url.split(keep ? "#" : /[?#]/)[0]; }
  function here() { return cut(location.href); }
  function visible() { return d.visibilityState != "hidden"; }

  // Seconds that the page has been visible since this was told last.
  function dwell() { return since ? Math.round((Date.now() - since) / 1000) : 0; }

  function add(action, resource, extent) {
    // A page that acts wildly is heard in part.
    if (queue.length < 64) queue.push({ action: action, resource: resource, at: Date.now(), dwell: dwell(), extent: extent });
    timer = timer || setTimeout(safe(send), 5000);
  }

  function send() {
    clearTimeout(timer);
    timer = 0;
    if (!queue.length) return;
    var body = JSON.stringify({ events: queue, sent: Date.now() });
    queue = [];
    if (n.sendBeacon && n.sendBeacon(to, body)) return;
    w.fetch && fetch(to, { method: "POST", body: body, keepalive: true, credentials: "omit" }).catch(function () {});
  }

  function arrive() {
    page = here();
    depth = 0;
    since = visible() ? Date.now() : 0;
    add("navigation", page);
  }

  // What was seen of the page so far.
  function tell() {
    if (depth) add("scroll", page, depth);
    if (dwell()) add("dwell", page);
    depth = 0;
    since = since && Date.now();
  }

  // Pages that load their parts themselves change the address without loading.
  function moved() {
    if (here() == page) return;
    tell();
    arrive();
  }

  function leave() {
    tell();
    since = 0;
    send();
  }

  function start() {
    arrive();
    on(d, "visibilitychange", function () {
      if (visible()) since = since || Date.now();
      else leave();
    });
    on(w, "pagehide", leave);
    on(w, "pageshow", function (event) { if (event.persisted) arrive(); });
    on(w, "popstate", moved);
    on(w, "scroll", function () {
      var seen = (w.scrollY + w.innerHeight) / d.documentElement.scrollHeight;
      depth = Math.max(depth, Math.min(1, Math.round(seen * 100) / 100) || 0);
    });
    on(d, "click", function (event) {
      var link = event.target.closest("a[href]");
      if (link && /^https?:/.test(link.href)) add("click", cut(link.href));
      setTimeout(safe(moved), 500);
    });
  }

  // A page that is only made ready has not been looked at.
  safe(function () { d.prerendering ? on(d, "prerenderingchange", start) : start(); })();
})(window, document, navigator);
