// One connection to a server, and the exchanges on it.
#pragma once

#include <filesystem>
#include <memory>
#include <span>

#include "provision/rest_client.h"

namespace harbinger::provision {

/// Whom connections trust.
struct RestTls;
Result<std::shared_ptr<RestTls>> make_rest_tls(const std::filesystem::path& ca);

/// One thread at a time.
class RestConnection {
 public:
  /// `tls` is null for plain HTTP. Addresses are those of the URL's host; it connects with the first exchange. `url` outlives it.
  static std::unique_ptr<RestConnection> make(const RestUrl& url, std::shared_ptr<RestTls> tls);
  virtual ~RestConnection() = default;

  struct Order {
    const RestRequest& request;
    Duration patience{};
    std::stop_token stop{};
    std::size_t most_body = 0;
    const RestClient::Part* part = nullptr;  ///< hears the body, which is not limited then
  };
  /// As RestClient::call().
  virtual Result<RestAnswer> exchange(const Order& order) = 0;

  /// Whether another exchange may follow the last.
  virtual bool reusable() const = 0;
  /// Whether nothing came back in the last exchange.
  virtual bool silent() const = 0;
};

}  // namespace harbinger::provision
