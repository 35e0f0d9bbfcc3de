// TLS towards a server, as the flags say.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/ssl.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <harbinger/result.h>

#include "server/ctl/command_line.h"

namespace harbinger::ctl {

class TlsClient {
 public:
  using Stream = boost::asio::ssl::stream<boost::beast::tcp_stream&>;

  /// Errors: what is wrong with the files.
  static Result<TlsClient> make(const TlsWords& words);

  /// Shakes hands only with who is vouched for as `host`, a name or an address. Borrows both streams' parts while it lives.
  std::unique_ptr<Stream> stream(boost::beast::tcp_stream& plain, const std::string& host);

 private:
  std::unique_ptr<boost::asio::ssl::context> context_;
};

}  // namespace harbinger::ctl
