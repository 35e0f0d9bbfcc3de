// Real web caches before an origin that a test watches: nginx with proxy_cache and slice, Varnish.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/address.h>
#include <tests/support/process.h>
#include <tests/support/scratch.h>
#include <tests/support/web_server.h>

namespace harbinger::test {

/// Serves any path. A number before the ending is the size: `/film/100000.ts`; others have 1000 octets. Understands single ranges.
class WebOrigin {
 public:
  WebOrigin();

  const SocketAddress& address() const { return server_.address(); }
  /// Lines that every response has; `Cache-Control: max-age=600` at first. Each with its end.
  void say(std::string lines);
  /// Before each response.
  void set_delay(std::chrono::milliseconds delay) { delay_ms_ = static_cast<int>(delay.count()); }
  /// From now on it reads requests and says nothing.
  void hang(bool hangs) { hangs_ = hangs; }
  /// Instead of 200: `503 Service Unavailable`; empty for 200 again.
  void set_status(std::string status);

  /// `GET /a bytes=0-9`, in the order in which they came.
  std::vector<std::string> requests() const;
  /// How many of these were for `path`.
  std::size_t count(std::string_view path) const;
  /// Heads of the same.
  std::vector<std::string> heads() const;
  std::uint64_t bytes_sent() const { return bytes_sent_; }

 private:
  void answer(const WebRequest& request, WebPeer& peer);
  std::string response_to(const WebRequest& request) const;

  mutable std::mutex mutex_;
  std::string lines_ = "Cache-Control: max-age=600\r\n", status_;
  std::vector<std::string> requests_, heads_;
  std::atomic<int> delay_ms_{0};
  std::atomic<bool> hangs_{false};
  std::atomic<std::uint64_t> bytes_sent_{0};
  WebServer server_;
};

/// A web cache on a port of its own.
class WebCache {
 public:
  const SocketAddress& address() const { return address_; }
  /// What a client gets: head and body. `lines`, each with its end, are added to the request.
  std::string get(std::string_view path, std::string_view lines = "", std::string_view host = "test") const;
  /// As a power cut would.
  void kill() { process_->kill(); }
  /// Once more, on the same port; waits until it listens. Throws std::runtime_error, with what the program wrote, when it does not.
  void start();
  Process& process() { return *process_; }
  const Scratch& scratch() const { return scratch_; }

 protected:
  WebCache();
  Scratch scratch_;
  const SocketAddress address_;
  std::vector<std::string> command_;
  std::unique_ptr<Process> process_;
};

class NginxCache : public WebCache {
 public:
  struct Options {
    std::string slice = "64k";              ///< empty: responses are kept whole
    bool ranges = true;                     ///< false: `max_ranges 0`
    std::string proxy_read_timeout = "5s";  ///< then it answers 504
    std::string server_lines{};             ///< further directives of the server block
    std::string http_lines{};               ///< and of the http block
    std::string location_lines{};           ///< and of the location that is cached
  };
  explicit NginxCache(const SocketAddress& origin) : NginxCache(origin, Options()) {}
  /// Says how it got a response in X-Cache-Status; logs to `access.log`, which tells `$request`, status, bytes, seconds and cache status, whether for a prefetch, and
  /// the range.
  NginxCache(const SocketAddress& origin, const Options& options);
  std::string access_log() const { return read_text(scratch_ / "access.log"); }
};

class VarnishCache : public WebCache {
 public:
  /// `subroutines` in VCL are added.
  explicit VarnishCache(const SocketAddress& origin, std::string_view subroutines = "");
};

}  // namespace harbinger::test
