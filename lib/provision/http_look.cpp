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
using Endpoints = std::vector<HttpClient::Tcp::endpoint>;

/// `good` only once it is.
asio::awaitable<void> ask(HttpClient& client, const Endpoints& places, const net::HttpAsk& ask, bool& good) {
  error_code error = co_await client.connect(places);
  if (!error) error = co_await client.ask(ask);
  net::HttpAnswerHead head;
  if (!error) error = co_await client.read_head(head);
  good = !error && head.status / 100 == 2;
}

}  // namespace

bool accepts(const SocketAddress& place, Duration limit) {
  asio::io_context loop(1);
  const auto client = HttpClient::make(loop);
  const Endpoints places{net::to_endpoint<HttpClient::Tcp>(place)};
  bool accepted = false;
  asio::co_spawn(loop, client->connect(places),
                 [&](const std::exception_ptr& thrown, error_code error) { accepted = !thrown && !error; });
  loop.run_for(limit);
  return accepted;
}

bool answers_http(const SocketAddress& place, const std::string& path, Duration limit) {
  asio::io_context loop(1);
  const auto client = HttpClient::make(loop);
  const Endpoints places{net::to_endpoint<HttpClient::Tcp>(place)};
  const net::HttpAsk request{.target = path, .host = "localhost", .fields = {{"Connection", "close"}}};
  bool good = false;
  asio::co_spawn(loop, ask(*client, places, request, good), asio::detached);
  loop.run_for(limit);
  return good;
}

}  // namespace harbinger::provision
