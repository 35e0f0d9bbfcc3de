// One connection to a server, and the exchanges on it.
#pragma once

#include <memory>

#include "provision/rest_client.h"

namespace boost::asio::ssl {
class context;
}

namespace harbinger::provision {

/// Null for plain HTTP.
using RestTls = std::shared_ptr<boost::asio::ssl::context>;

/// One thread at a time.
class RestConnection {
 public:
  /// Addresses are those of the URL's host; it connects with the first exchange. `url` outlives it.
  static std::unique_ptr<RestConnection> make(const RestUrl& url, RestTls tls);
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
