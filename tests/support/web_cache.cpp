#include "tests/support/web_cache.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <thread>

#include "tests/support/http_client.h"

namespace harbinger::test {

namespace {

std::size_t size_of(std::string_view path) {
  path = path.substr(0, path.find('?'));
  path = path.substr(0, std::min(path.rfind('.'), path.size()));
  const auto digits = path.find_last_not_of("0123456789") + 1;
  std::size_t size = 1000;
  std::from_chars(path.data() + digits, path.data() + path.size(), size);
  return size;
}

// One process: a worker would outlive a master that is killed.
std::string nginx_configuration(const Scratch& scratch, const SocketAddress& at, const SocketAddress& origin,
                                const NginxCache::Options& options) {
  const auto file = [&](const char* name) { return (scratch / name).string(); };
  const bool sliced = !options.slice.empty();
  std::string text = geteuid() == 0 ? "user root;\n" : "";
  text += "daemon off;\nmaster_process off;\npid " + file("pid") + ";\nerror_log " + file("errors") +
          ";\nevents {}\nhttp {\n";
  for (const auto* folder : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
    text += std::string(folder) + "_temp_path " + file(folder) + ";\n";
  text += "proxy_cache_path " + file("cache") + " keys_zone=kept:8m max_size=512m inactive=10m use_temp_path=off;\n";
  text +=
      "log_format told '$request|$status|$body_bytes_sent|$request_time|$upstream_cache_status|$http_sec_purpose|"
      "$http_range';\naccess_log " +
      file("access.log") + " told;\n" + options.http_lines + "server {\nlisten " + at.to_string() + ";\n";
  if (!options.ranges) text += "max_ranges 0;\n";
  text += options.server_lines;
  text += "location / {\nproxy_pass http://" + origin.to_string() +
          ";\nproxy_http_version 1.1;\nproxy_set_header Host $host;\nproxy_cache kept;\nproxy_cache_lock on;\n"
          "proxy_read_timeout " +
          options.proxy_read_timeout + ";\nadd_header X-Cache-Status $upstream_cache_status always;\n";
  if (sliced)
    text += "slice " + options.slice +
            ";\nproxy_set_header Range $slice_range;\nproxy_cache_key $host$uri$is_args$args$slice_range;\n"
            "proxy_cache_valid 200 206 10m;\n";
  else
    text += "proxy_cache_key $host$uri$is_args$args;\nproxy_cache_valid 200 10m;\n";
  return text + options.location_lines + "}\n}\n}\n";
}

bool listens(const SocketAddress& address) {
  try {
    return HttpClient(address).send("");
  } catch (const std::runtime_error&) {
    return false;
  }
}

}  // namespace

WebOrigin::WebOrigin() : server_([this](const WebRequest& request, WebPeer& peer) { answer(request, peer); }) {}

void WebOrigin::say(std::string lines) {
  const std::lock_guard lock(mutex_);
  lines_ = std::move(lines);
}

void WebOrigin::set_status(std::string status) {
  const std::lock_guard lock(mutex_);
  status_ = std::move(status);
}

std::vector<std::string> WebOrigin::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::vector<std::string> WebOrigin::heads() const {
  const std::lock_guard lock(mutex_);
  return heads_;
}

std::size_t WebOrigin::count(std::string_view path) const {
  const auto all = requests();
  const std::string begin = "GET " + std::string(path);
  return static_cast<std::size_t>(
      std::ranges::count_if(all, [&](const auto& each) { return each == begin || each.starts_with(begin + " "); }));
}

void WebOrigin::answer(const WebRequest& request, WebPeer& peer) {
  {
    const std::lock_guard lock(mutex_);
    const std::string range = request.field("Range");
    requests_.push_back(request.method + " " + request.path + (range.empty() ? "" : " " + range));
    heads_.push_back(request.head);
  }
  if (hangs_) {
    peer.wait_until_gone();
    return peer.close();
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(delay_ms_));
  const std::string response = response_to(request);
  bytes_sent_ += response.size();
  if (!peer.send(response) || request.field("Connection") == "close") peer.close();
}

std::string WebOrigin::response_to(const WebRequest& request) const {
  const std::lock_guard lock(mutex_);
  if (!status_.empty()) return web_response(status_, lines_, "trouble");
  const std::size_t size = size_of(request.path);
  const std::string range = request.field("Range");
  std::size_t first = 0, last = size - 1;
  if (std::sscanf(range.c_str(), "bytes=%zu-%zu", &first, &last) < 1)
    return web_response("200 OK", "Accept-Ranges: bytes\r\nETag: \"1\"\r\n" + lines_, std::string(size, 'x'));
  last = std::min(last, size - 1);
  if (first > last) return web_response("416 Range Not Satisfiable", lines_, "");
  const std::string told = "Content-Range: bytes " + std::to_string(first) + "-" + std::to_string(last) + "/" +
                           std::to_string(size) + "\r\n";
  return web_response("206 Partial Content", "ETag: \"1\"\r\n" + told + lines_, std::string(last - first + 1, 'x'));
}

WebCache::WebCache() : address_(SocketAddress::parse("127.0.0.1:" + std::to_string(free_port())).value()) {}

void WebCache::start() {
  process_ = std::make_unique<Process>(command_);
  const bool up = wait_until([&] { return !process_->running() || listens(address_); });
  if (!up || !process_->running())
    throw std::runtime_error(command_[0] + " did not start: " + process_->output() + read_text(scratch_ / "errors"));
}

std::string WebCache::get(std::string_view path, std::string_view lines, std::string_view host) const {
  HttpClient client(address_);
  client.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: " + std::string(host) + "\r\nConnection: close\r\n" +
              std::string(lines) + "\r\n");
  return client.receive();
}

NginxCache::NginxCache(const SocketAddress& origin, const Options& options) {
  const auto file = scratch_.write("nginx.conf", nginx_configuration(scratch_, address_, origin, options));
  command_ = {"nginx", "-c", file.string(), "-p", scratch_.path().string(), "-e", (scratch_ / "errors").string()};
  start();
}

VarnishCache::VarnishCache(const SocketAddress& origin, std::string_view subroutines) {
  const auto file = scratch_.write("cache.vcl", "vcl 4.1;\nbackend default {\n.host = \"" + origin.ip.to_string() +
                                                    "\";\n.port = \"" + std::to_string(origin.port) +
                                                    "\";\n.first_byte_timeout = 5s;\n}\n" + std::string(subroutines));
  command_ = {
      "varnishd", "-j",          "none", "-n",        (scratch_ / "varnish").string(), "-F", "-a", address_.to_string(),
      "-f",       file.string(), "-s",   "malloc,64m"};
  start();
}

}  // namespace harbinger::test
