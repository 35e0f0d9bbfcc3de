#include "tests/support/api_server.h"

#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <list>
#include <mutex>
#include <set>
#include <thread>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace harbinger::test {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using Tcp = asio::ip::tcp;
using Message = http::request<http::string_body>;

namespace {

std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      plain += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

ApiRequest request_of(const Message& message) {
  ApiRequest request{.method = std::string(message.method_string()),
                     .target = std::string(message.target()),
                     .body = message.body(),
                     .fields = {}};
  for (const auto& field : message) {
    std::string name(field.name_string());
    std::ranges::transform(name, name.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
    request.fields[name] = std::string(field.value());
  }
  return request;
}

}  // namespace

std::string ApiRequest::field(const std::string& name) const {
  const auto found = fields.find(name);
  return found == fields.end() ? "" : found->second;
}

std::string ApiRequest::path() const { return target.substr(0, target.find('?')); }

std::string ApiRequest::value(std::string_view name) const {
  std::string_view rest = target;
  rest.remove_prefix(std::min(rest.find('?'), rest.size()));
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const auto each = rest.substr(0, rest.find('&'));
    if (each.starts_with(name) && each.size() > name.size() && each[name.size()] == '=')
      return decoded(each.substr(name.size() + 1));
    rest.remove_prefix(each.size());
  }
  return {};
}

struct ApiServer::Impl {
  // Shared by all threads.
  const Handler handler;
  asio::io_context context;
  Tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
  std::optional<ssl::context> tls;
  std::mutex mutex;
  std::condition_variable ended;
  bool ends = false;
  std::set<int> sockets;
  std::list<std::thread> threads;
  std::atomic<std::size_t> accepted{0};
  std::thread accepting;

  explicit Impl(Handler what) : handler(std::move(what)) {}

  template <class Stream>
  class Peer final : public ApiPeer {
   public:
    Peer(Impl& server, Stream& stream) : server_(server), stream_(stream) {}
    bool open() const { return open_; }

    void answer(unsigned status, std::string_view body, const Fields& fields) override {
      write(head(status, fields) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
    }
    void answer_partly(unsigned status, std::string_view body, std::size_t octets) override {
      write(head(status, {}) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
            std::string(body.substr(0, octets)));
      open_ = false;
    }
    void begin(unsigned status) override { write(head(status, {}) + "Transfer-Encoding: chunked\r\n\r\n"); }
    bool go_on(std::string_view part) override {
      char size[32];
      std::snprintf(size, sizeof size, "%zx\r\n", part.size());
      return write(size + std::string(part) + "\r\n");
    }
    void end() override { write("0\r\n\r\n"); }
    void drop() override { open_ = false; }
    bool rest(std::chrono::milliseconds time) override {
      std::unique_lock lock(server_.mutex);
      return !server_.ended.wait_for(lock, time, [&] { return server_.ends; });
    }

   private:
    static std::string head(unsigned status, const Fields& fields) {
      std::string text = "HTTP/1.1 " + std::to_string(status) + " As Wanted\r\nContent-Type: application/json\r\n";
      for (const auto& [name, value] : fields) text += name + ": " + value + "\r\n";
      return text;
    }
    bool write(const std::string& octets) {
      boost::system::error_code error;
      asio::write(stream_, asio::buffer(octets), error);
      if (error) open_ = false;
      return !error;
    }
    Impl& server_;
    Stream& stream_;
    bool open_ = true;
  };

  template <class Stream>
  void talk(Stream& stream) {
    beast::flat_buffer buffer;
    Peer<Stream> peer(*this, stream);
    while (peer.open()) {
      Message message;
      boost::system::error_code error;
      http::read(stream, buffer, message, error);
      if (error) return;
      handler(request_of(message), peer);
    }
  }

  void serve(Tcp::socket socket) {
    const int handle = socket.native_handle();
    try {
      if (tls) {
        ssl::stream<Tcp::socket&> stream(socket, *tls);
        stream.handshake(ssl::stream_base::server);
        talk(stream);
      } else {
        talk(socket);
      }
    } catch (const std::exception&) {  // a handshake that a test wants to fail
    }
    const std::lock_guard lock(mutex);
    sockets.erase(handle);
    boost::system::error_code ignored;
    socket.close(ignored);
  }

  void accept() {
    for (;;) {
      boost::system::error_code error;
      Tcp::socket socket = acceptor.accept(error);
      const std::lock_guard lock(mutex);
      if (error || ends) return;
      ++accepted;
      sockets.insert(socket.native_handle());
      threads.emplace_back([this, taken = std::move(socket)]() mutable { serve(std::move(taken)); });
    }
  }

  void shut_all() {
    const std::lock_guard lock(mutex);
    for (const int socket : sockets) ::shutdown(socket, SHUT_RDWR);
  }
};

ApiServer::ApiServer(Handler handler, const std::optional<Identity>& identity)
    : impl_(std::make_unique<Impl>(std::move(handler))) {
  if (identity) {
    impl_->tls.emplace(ssl::context::tls_server);
    impl_->tls->use_certificate_chain_file(identity->certificate.string());
    impl_->tls->use_private_key_file(identity->key.string(), ssl::context::pem);
  }
  impl_->accepting = std::thread([this] { impl_->accept(); });
}

ApiServer::~ApiServer() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->ends = true;
    impl_->ended.notify_all();
  }
  ::shutdown(impl_->acceptor.native_handle(), SHUT_RDWR);
  impl_->accepting.join();
  impl_->shut_all();
  for (auto& thread : impl_->threads) thread.join();
}

std::string ApiServer::url() const {
  const auto port = std::to_string(impl_->acceptor.local_endpoint().port());
  return impl_->tls ? "https://localhost:" + port : "http://127.0.0.1:" + port;
}

std::size_t ApiServer::connections() const { return impl_->accepted; }

void ApiServer::close_connections() { impl_->shut_all(); }

}  // namespace harbinger::test
