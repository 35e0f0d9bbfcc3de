#include "provision/http_look.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "net/asio_address.h"
#include "net/http_client.h"

namespace harbinger::provision {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using net::HttpClient;

asio::awaitable<void> connect(HttpClient& client, const SocketAddress& place, bool& connected) {
  const std::vector places{net::to_endpoint<HttpClient::Tcp>(place)};
  const error_code error = co_await client.connect(places);
  connected = !error;
}

/// `good` only once it is.
asio::awaitable<void> ask(HttpClient& client, const SocketAddress& place, const net::HttpAsk& ask, bool& good) {
  bool connected = false;
  co_await connect(client, place, connected);
  if (!connected) co_return;
  error_code error = co_await client.ask(ask);
  net::HttpAnswerHead head;
  if (!error) error = co_await client.read_head(head);
  good = !error && head.status / 100 == 2;
}

}  // namespace

bool accepts(const SocketAddress& place, Duration limit) {
  asio::io_context loop(1);
  const auto client = HttpClient::make(loop);
  bool accepted = false;
  asio::co_spawn(loop, connect(*client, place, accepted), asio::detached);
  loop.run_for(limit);
  return accepted;
}

bool answers_http(const SocketAddress& place, const std::string& path, Duration limit) {
  asio::io_context loop(1);
  const auto client = HttpClient::make(loop);
  const net::HttpAsk request{.target = path, .host = "localhost", .fields = {{"Connection", "close"}}};
  bool good = false;
  asio::co_spawn(loop, ask(*client, place, request, good), asio::detached);
  loop.run_for(limit);
  return good;
}

}  // namespace harbinger::provision
