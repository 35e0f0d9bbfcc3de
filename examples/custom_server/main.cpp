// A server of one's own: the plugins of harbinger, one more of ours, and the configuration in the program.
#include <harbinger/all_plugins.h>
#include <harbinger/records.h>
#include <harbinger/server.h>

#include <iostream>

using namespace harbinger;

namespace {

// Answers A questions with the client's own IPv4 address. Reading the client is a fact: such answers are kept for each
// client.
class Mirror final : public Plugin {
 public:
  struct Config {
    std::chrono::seconds ttl{5};
  };

  explicit Mirror(Config config) : config_(config) {}

  Task<Reply> serve(const Query& query, Next next) override {
    if (query.type() != RRType::A || !query.client().ip.is_v4()) co_return co_await next(query);
    co_return Reply::to(query).add_answer(a(query.name(), config_.ttl, query.client().ip));
  }

 private:
  const Config config_;
};

class Console final : public LogSink {
  void write(LogLevel, std::string_view line) override { std::cerr << line << std::endl; }
};

}  // namespace

int main(int argc, char** argv) {
  const std::string port = argc > 1 ? argv[1] : "5300";
  Console console;
  Server::Options options;
  options.log = &console;
  options.config_text = ".:" + port + " {\n bind 127.0.0.1\n mirror {\n ttl 10s\n }\n whoami\n}\n";
  options.plugins = all_plugins();
  options.plugins.push_back(define_plugin<Mirror>("mirror", "tells clients their address")
                                .option("ttl", &Mirror::Config::ttl, "how long the answer may be kept"));

  auto server = Server::start(std::move(options));
  if (!server) {
    for (const auto& error : server.error()) std::cerr << error.to_string() << '\n';
    return 1;
  }
  for (const auto& listening : (*server)->addresses())
    std::cout << "listening on " << listening.address.to_string() << std::endl;
  (*server)->wait();
}
