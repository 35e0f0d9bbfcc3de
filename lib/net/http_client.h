// A client's connection to a web server, in the clear or over TLS. Whoever asks over HTTP does so by this.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <harbinger/clock.h>

namespace boost::asio::ssl {
class context;
}

namespace harbinger::net {

using HttpFields = std::vector<std::pair<std::string, std::string>>;

/// A request. What is sent begins with the Host field; a Content-Length ends it where there is a body, or the method wants one.
struct HttpAsk {
  std::string method = "GET", target = "/";
  std::string host{};  ///< the Host field
  HttpFields fields{};
  std::string body{};

  /// In the place of others of this name.
  void set(std::string_view name, std::string value);
};

/// The head of an answer.
struct HttpAnswerHead {
  unsigned status = 0;
  HttpFields fields{};                    ///< in their order, names as they were sent
  std::optional<std::uint64_t> length{};  ///< Content-Length

  bool has(std::string_view name) const;
  /// The first of this name, without regard to case; empty when there is none.
  std::string field(std::string_view name) const;
  /// All of this name, with ", " between them.
  std::string joined(std::string_view name) const;
};

/// What an error of a client's step means.
enum class HttpTrouble : std::uint8_t {
  none,
  timeout,     ///< the time of expires_after() or expires_at() is over
  unanswered,  ///< closed before an answer began
  broke_off,   ///< closed before the answer was whole
  large_head,
  large_body,
  no_http,
  not_trusted,  ///< nobody who is trusted vouches for the server
  other,
};
HttpTrouble trouble_of(const boost::system::error_code& error);

/// For one thread at a time, that of its context, which outlives it. Steps borrow what they are given; after one that failed, the connection is of no use any more.
class HttpClient {
 public:
  using Tcp = boost::asio::ip::tcp;
  using Step = boost::asio::awaitable<boost::system::error_code>;

  /// Speaks TLS with a `tls`, which outlives it.
  static std::unique_ptr<HttpClient> make(boost::asio::io_context& context, boost::asio::ssl::context* tls = nullptr);
  virtual ~HttpClient() = default;

  virtual Tcp::socket& socket() = 0;
  /// The steps from now on take so long together at most; without it, as long as they like.
  virtual void expires_after(Duration patience) = 0;
  virtual void close() = 0;

  /// To the first that takes it.
  virtual Step connect(const std::vector<Tcp::endpoint>& places) = 0;
  /// Names the server to itself, unless that is an address (RFC 6066 sec. 3). Where `tls` verifies at all, the certificate must be one for this name. Nothing to do in the clear.
  virtual Step shake_hands(const std::string& name) = 0;
  virtual Step ask(const HttpAsk& ask) = 0;
  /// Of the next answer, which may be an interim one (1xx). `most`: octets.
  virtual Step read_head(HttpAnswerHead& head, std::uint32_t most = 8192) = 0;
  /// Skips interim answers; who sends nothing else is stopped.
  virtual Step read_final_head(HttpAnswerHead& head, std::uint32_t most) = 0;
  /// Some octets of the body, which may be none: it has ended only when done() says so. Leaves out what chunks are wrapped in.
  virtual Step read_some(std::span<char> room, std::size_t& got) = 0;
  /// All the rest of the body.
  virtual Step read_body(std::string& body, std::uint64_t most) = 0;

  /// The answer is whole.
  virtual bool done() const = 0;
  /// Another request may follow once it is.
  virtual bool keep_alive() const = 0;
};

}  // namespace harbinger::net
