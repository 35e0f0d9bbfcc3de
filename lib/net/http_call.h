// One request on a connection of its own, for those who wait.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "net/http_client.h"
#include "net/http_url.h"

namespace harbinger::net {

struct HttpCallLimits {
  std::chrono::milliseconds patience{};  ///< for all of it
  std::size_t most_body = 0;             ///< octets of the answer
};

struct HttpOutcome {
  HttpTrouble trouble = HttpTrouble::none;
  boost::system::error_code error{};  ///< of the trouble; none when it is that of patience
  unsigned status = 0;
  std::string body{};
};

/// Connects to whom the system finds as the URL's host, through `tls` when there is one; the URL's path is the caller's, as everything in `ask`. Redirections are not followed.
HttpOutcome http_call(const HttpUrl& url, const HttpAsk& ask, const HttpCallLimits& limits,
                      boost::asio::ssl::context* tls = nullptr);

}  // namespace harbinger::net
