#include "provision/http_look.h"

#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace harbinger::provision {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

/// One request, step by step; all of it lives in the caller's frame.
class Look {
 public:
  Look(asio::io_context& loop, const std::string& path) : stream_(loop), request_(http::verb::get, path, 11) {
    request_.set(http::field::host, "localhost");
    request_.set(http::field::connection, "close");
  }

  void begin(const asio::ip::tcp::endpoint& to) {
    stream_.async_connect(to, [this](beast::error_code error) {
      if (!error) write();
    });
  }
  bool good() const { return answered_ && parser_.get().result_int() / 100 == 2; }

 private:
  void write() {
    http::async_write(stream_, request_, [this](beast::error_code error, std::size_t) {
      if (!error) read();
    });
  }
  void read() {
    http::async_read_header(stream_, buffer_, parser_,
                            [this](beast::error_code error, std::size_t) { answered_ = !error; });
  }

  beast::tcp_stream stream_;
  http::request<http::empty_body> request_;
  http::response_parser<http::empty_body> parser_;
  beast::flat_buffer buffer_{16UL * 1024};
  bool answered_ = false;
};

/// Nothing where it is no address.
std::optional<asio::ip::tcp::endpoint> endpoint_of(const SocketAddress& place) {
  boost::system::error_code error;
  const auto ip = asio::ip::make_address(place.ip.to_string(), error);
  if (error) return std::nullopt;
  return asio::ip::tcp::endpoint(ip, place.port);
}

}  // namespace

bool accepts(const SocketAddress& place, Duration limit) {
  const auto to = endpoint_of(place);
  if (!to) return false;
  asio::io_context loop(1);
  beast::tcp_stream stream(loop);
  bool accepted = false;
  stream.async_connect(*to, [&](beast::error_code error) { accepted = !error; });
  loop.run_for(limit);
  return accepted;
}

bool answers_http(const SocketAddress& place, const std::string& path, Duration limit) {
  const auto to = endpoint_of(place);
  if (!to) return false;
  asio::io_context loop(1);
  Look look(loop, path);
  look.begin(*to);
  loop.run_for(limit);
  return look.good();
}

}  // namespace harbinger::provision
