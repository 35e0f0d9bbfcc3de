# A caching Varnish (7.1 or later) in front of a web site, and harbinger's edge beside it: the edge fills the cache before pages are asked for,
# and browsers are told of likely pages.
vcl 4.1;

import std;

backend origin {
    .host = "127.0.0.1";
    .port = "8080";
}

# The edge's door for hints. A browser asks it after the page is there, so nobody waits for it.
backend hint_door {
    .host = "127.0.0.1";
    .port = "8060";
    .connect_timeout = 50ms;
    .first_byte_timeout = 200ms;
    .between_bytes_timeout = 200ms;
}

sub vcl_recv {
    # What only this file may say.
    if (req.restarts == 0) {
        unset req.http.X-Part;
    }
    unset req.http.X-Real-IP;
    unset req.http.X-Forwarded-Host;
    unset req.http.X-Original-URI;
    if (req.url ~ "^/v1/speculation-rules(\?|$)") {
        set req.backend_hint = hint_door;
        set req.http.X-Real-IP = client.ip;
        unset req.http.Cookie;
        return (pass);
    }
    set req.backend_hint = origin;
    # A closed range is kept as a piece of its own, so that the edge can fetch the next one without the rest of a film. Any other range is cut
    # by Varnish out of the whole resource, and so is every range where the origin knows none.
    if (req.method == "GET" && req.restarts == 0 && req.http.Range ~ "^bytes=[0-9]+-[0-9]+$") {
        set req.http.X-Part = req.http.Range;
        unset req.http.Range;
    }
}

sub vcl_hash {
    if (req.http.X-Part) {
        hash_data(req.http.X-Part);
    }
}

sub vcl_backend_fetch {
    if (bereq.http.X-Part) {
        set bereq.http.Range = bereq.http.X-Part;
    }
}

sub vcl_backend_response {
    if (bereq.http.X-Part && beresp.status == 206) {
        # Varnish keeps whole resources only, so a piece passes for one until it is delivered, and has no lifetime unless it is given one.
        set beresp.http.X-Part-Range = beresp.http.Content-Range;
        unset beresp.http.Content-Range;
        set beresp.status = 200;
        if (beresp.http.Cache-Control !~ "(?i)no-store|no-cache|private") {
            set beresp.ttl = std.duration(regsub(beresp.http.Cache-Control, "(?i)^.*max-?age=([0-9]+).*$", "\1s"), 10m);
        }
    } elsif (bereq.http.X-Part && beresp.status == 200) {
        # The origin knows no ranges. Only that is kept, not the resource once for each piece.
        return (error(200, "whole"));
    }
}

sub vcl_backend_error {
    if (bereq.http.X-Part && beresp.reason == "whole") {
        set beresp.ttl = 1h;
        return (deliver);
    }
}

sub vcl_deliver {
    if (resp.http.X-Part-Range) {
        set resp.http.Content-Range = resp.http.X-Part-Range;
        unset resp.http.X-Part-Range;
        set resp.status = 206;
    } elsif (req.http.X-Part && resp.status == 200) {
        set req.http.Range = req.http.X-Part;
        unset req.http.X-Part;
        return (restart);
    }
    if (obj.hits > 0) {
        set resp.http.X-Cache = "HIT";
    } else {
        set resp.http.X-Cache = "MISS";
    }
    # Browsers that know speculation rules fetch this, and say in Referer for which page. Not for fetches that nobody has wanted yet, nor where
    # data is dear.
    if (resp.status == 200 && resp.http.Content-Type ~ "^text/html" && !req.http.Sec-Purpose && req.http.Save-Data != "on") {
        set resp.http.Speculation-Rules = {""/v1/speculation-rules""};
    }
}
