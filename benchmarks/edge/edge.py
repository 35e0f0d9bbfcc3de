"""An edge: a cache, nginx or Varnish, and the agent that prefetches through it."""

import os
import shutil
from pathlib import Path

PORT, AGENT_PORT = 8080, 9201
SBIN = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"


def program(name):
    return shutil.which(name, path=SBIN)


class Cache:
    """One cache in front of `upstream` (address, port)."""

    def __init__(self, name, folder, address, upstream):
        self.name, self.folder, self.address, self.upstream = name, Path(folder), address, upstream
        self.folder.mkdir(parents=True)
        self.log = self.folder / "access.log"
        self.log.touch()

    @property
    def listens(self):
        return f"{self.address}:{PORT}"

    @classmethod
    def missing(cls):
        return next((name for name in cls.programs if not program(name)), None)

    def commands(self):
        raise NotImplementedError


class Nginx(Cache):
    name_in_tables, programs = "nginx", ("nginx",)

    def config(self):
        temporary = "\n".join(f"  {kind}_temp_path {self.folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        return f"""
{"user root;" if os.geteuid() == 0 else ""}
daemon off;
worker_processes 1;
pid {self.folder}/pid;
error_log {self.folder}/errors warn;
events {{ worker_connections 4096; }}
http {{
{temporary}
  log_format edge '$remote_addr - - [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" '
                  '"$http_host" $request_time $upstream_cache_status "$http_range" "$http_sec_purpose"';
  access_log {self.log} edge;
  tcp_nodelay on;
  keepalive_requests 100000;
  proxy_cache_path {self.folder}/cache levels=1:2 keys_zone=edge:32m max_size=8g inactive=1d use_temp_path=off;
  upstream origin {{
    server {self.upstream[0]}:{self.upstream[1]} max_fails=0;
    keepalive 64;
  }}
  server {{
    listen {self.listens} backlog=1024;
    location / {{
      slice 1m;
      proxy_cache edge;
      proxy_cache_key $http_host$uri$is_args$args$slice_range;
      proxy_cache_valid 200 206 1d;
      proxy_set_header Range $slice_range;
      proxy_set_header Host $http_host;
      proxy_set_header X-Edge {self.name};
      proxy_set_header Connection "";
      proxy_http_version 1.1;
      proxy_pass http://origin;
      add_header X-Cache $upstream_cache_status;
    }}
  }}
}}
"""

    def commands(self):
        config = self.folder / "nginx.conf"
        config.write_text(self.config())
        return [[program("nginx"), "-c", str(config), "-p", str(self.folder), "-e", f"{self.folder}/errors"]]


class Varnish(Cache):
    name_in_tables, programs = "Varnish", ("varnishd", "varnishncsa")
    log_format = ('%h - - %t "%m %U%q %H" %s %b "%{Referer}i" "%{User-agent}i" "%{Host}i" %{VSL:Timestamp:Resp[2]}x '
                  '%{X-Cache}o "%{Range}i" "%{Sec-Purpose}i"')

    def config(self):
        return f"""
vcl 4.1;
backend origin {{ .host = "{self.upstream[0]}"; .port = "{self.upstream[1]}"; }}
sub vcl_backend_fetch {{ set bereq.http.X-Edge = "{self.name}"; }}
sub vcl_deliver {{
  if (obj.hits > 0) {{ set resp.http.X-Cache = "HIT"; }} else {{ set resp.http.X-Cache = "MISS"; }}
}}
"""

    def commands(self):
        config = self.folder / "default.vcl"
        config.write_text(self.config())
        work = str(self.folder / "varnish")
        # A pool of threads is enough for a few hundred clients; the default makes far more than two processors can use.
        return [[program("varnishd"), "-j", "none", "-F", "-n", work, "-a", self.listens, "-f", str(config), "-s", "malloc,2g", "-p", "thread_pools=1", "-p", "default_grace=0",
                 "-p", "thread_pool_min=50", "-p", "thread_pool_max=2000"],
                [program("varnishncsa"), "-n", work, "-w", str(self.log), "-a", "-t", "60", "-F", self.log_format]]


CACHES = {"nginx": Nginx, "varnish": Varnish}


def agent_command(binary, cache, predictor, site, more=()):
    state = cache.folder / "state"
    state.mkdir(exist_ok=True)
    return [str(binary), "--name", cache.name, "--cluster", "c1", "--cache", cache.listens, "--log", str(cache.log), "--site", site,
            "--http", f"{cache.address}:{AGENT_PORT}", "--predictor", predictor, "--state", str(state), *more]
