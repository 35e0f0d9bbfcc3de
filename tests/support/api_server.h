// A server of somebody's interface, HTTP or HTTPS, with bodies: requests in, whatever a test wants out. A thread for each connection.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/certificates.h"

namespace harbinger::test {

struct ApiRequest {
  std::string method, target, body;
  std::map<std::string, std::string> fields;  ///< names in small letters

  std::string field(const std::string& name) const;
  /// The target without its query, and a value of the query, decoded; empty when it is not there.
  std::string path() const;
  std::string value(std::string_view name) const;
};

/// The other end of a connection.
class ApiPeer {
 public:
  virtual ~ApiPeer() = default;
  using Fields = std::vector<std::pair<std::string, std::string>>;
  virtual void answer(unsigned status, std::string_view body, const Fields& fields = {}) = 0;
  /// A head that promises the body, and so much of it; then the connection is closed.
  virtual void answer_partly(unsigned status, std::string_view body, std::size_t octets) = 0;
  /// An answer that goes on: false when the other end has gone.
  virtual void begin(unsigned status) = 0;
  virtual bool go_on(std::string_view part) = 0;
  virtual void end() = 0;
  /// Closed without a word.
  virtual void drop() = 0;
  /// Waits; false when the server ends meanwhile.
  virtual bool rest(std::chrono::milliseconds time) = 0;
};

class ApiServer {
 public:
  /// Called on a connection's thread. An exception closes the connection.
  using Handler = std::function<void(const ApiRequest& request, ApiPeer& peer)>;

  /// On a free port of 127.0.0.1; with an identity, over TLS.
  explicit ApiServer(Handler handler, const std::optional<Identity>& identity = std::nullopt);
  ~ApiServer();
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  /// `http://127.0.0.1:4711`, or `https://localhost:4711`.
  std::string url() const;
  std::size_t connections() const;
  /// Closes all connections, as a server that is restarted does.
  void close_connections();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace harbinger::test
