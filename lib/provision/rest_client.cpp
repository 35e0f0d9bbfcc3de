#include "provision/rest_client.h"

#include <mutex>

#include "net/client_tls.h"
#include "provision/rest_connection.h"

namespace harbinger::provision {

std::string_view RestAnswer::field(const std::string& name) const {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

namespace {

class Client final : public RestClient {
 public:
  Client(const Settings& settings, RestTls tls, const Clock& clock)
      : settings_(settings), tls_(std::move(tls)), clock_(clock) {}

  Result<RestAnswer> call(const RestRequest& request, const RestLimits& limits) override {
    // What must not happen twice is not tried on a connection that may be gone.
    auto connection = request.method == "POST" ? nullptr : take_idle();
    if (connection) {
      auto answer = exchange(*connection, request, limits, nullptr);
      const bool gone = !answer && answer.error().code == ErrorCode::unreachable && connection->silent();
      keep(std::move(connection));
      if (!gone) return answer;
    }
    connection = RestConnection::make(settings_.server, tls_);
    auto answer = exchange(*connection, request, limits, nullptr);
    keep(std::move(connection));
    return answer;
  }

  Result<RestAnswer> follow(const RestRequest& request, const RestLimits& limits, const Part& part) override {
    const auto connection = RestConnection::make(settings_.server, tls_);
    return exchange(*connection, request, limits, &part);
  }

  const RestUrl& server() const override { return settings_.server; }

 private:
  Result<RestAnswer> exchange(RestConnection& connection, const RestRequest& request, const RestLimits& limits,
                              const Part* part) const {
    const Duration patience = limits.deadline - clock_.now();
    if (patience <= Duration::zero() || limits.stop.stop_requested())
      return fail(ErrorCode::timeout, settings_.server.to_string() + ": no time left to ask");
    return connection.exchange({.request = request,
                                .patience = patience,
                                .stop = limits.stop,
                                .most_body = settings_.most_body,
                                .part = part});
  }

  std::unique_ptr<RestConnection> take_idle() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return nullptr;
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    return connection;
  }

  void keep(std::unique_ptr<RestConnection> connection) {
    if (!connection->reusable()) return;
    const std::lock_guard lock(mutex_);
    if (idle_.size() < settings_.kept) idle_.push_back(std::move(connection));
  }

  const Settings settings_;
  const RestTls tls_;
  const Clock& clock_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<RestConnection>> idle_;
};

}  // namespace

Result<std::unique_ptr<RestClient>> RestClient::make(const Settings& settings, const Clock& clock) {
  RestTls tls;
  if (settings.server.secure) {
    auto made = net::client_tls({.ca = settings.ca});
    if (!made) return fail(made.error());
    tls = std::move(*made);
  }
  return std::make_unique<Client>(settings, std::move(tls), clock);
}

}  // namespace harbinger::provision
