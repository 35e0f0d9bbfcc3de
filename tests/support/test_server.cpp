#include "tests/support/test_server.h"

#include <harbinger/records.h>

namespace harbinger::test {

using namespace std::chrono_literals;

std::atomic<bool> gate_open{true};
std::atomic<int> waiting_at_gate{0}, trial_refreshes{0}, trials_alive{0};

namespace {

class Trial final : public Plugin {
 public:
  struct Config {
    std::string answer = "192.0.2.1";
  };

  explicit Trial(Config config) : config_(std::move(config)) { ++trials_alive; }
  ~Trial() override { --trials_alive; }

  Task<Reply> serve(const Query& query, Next) override {
    if (query.name().to_string().starts_with("slow")) {
      ++waiting_at_gate;
      while (!gate_open) co_await Loop::current()->sleep(1ms);
      --waiting_at_gate;
    }
    Reply reply = Reply::to(query);
    if (query.name().to_string().starts_with("big")) {
      for (int i = 0; i < 200; ++i) reply.add_answer(txt(query.name(), 60s, std::to_string(i) + std::string(200, 'x')));
    } else {
      reply.add_answer(a(query.name(), 60s, *IpAddress::parse(config_.answer)));
    }
    reply.keep(Reply::Keeping::never);
    co_return reply;
  }
  void refresh() override { ++trial_refreshes; }

 private:
  const Config config_;
};

std::string joined(const config::Errors& errors) {
  std::string text;
  for (const auto& error : errors) text += error.to_string() + '\n';
  return text;
}

Server::Options options_with(LogSink* log) {
  Server::Options options;
  options.plugins = {trial_plugin()};
  options.log = log;
  options.handle_signals = false;
  return options;
}

}  // namespace

PluginSpec trial_plugin() {
  return define_plugin<Trial>("trial").option("answer", &Trial::Config::answer, "the address to answer with");
}

TestServer::TestServer(const std::string& config) {
  auto options = options_with(&log_);
  options.config_text = config;
  start(std::move(options));
}

TestServer::TestServer(const std::filesystem::path& file) {
  auto options = options_with(&log_);
  options.config = file;
  start(std::move(options));
}

TestServer::~TestServer() { gate_open = true; }

void TestServer::start(Server::Options options) {
  auto server = Server::start(std::move(options));
  if (!server) throw std::runtime_error(joined(server.error()));
  server_ = std::move(*server);
}

SocketAddress TestServer::address(bool v6) const {
  const auto all = server_->addresses();
  for (const auto& each : all)
    if (each.address.ip.is_v4() != v6) return each.address;
  return all.at(0).address;
}

double TestServer::metric(std::string_view name, const Labels& labels) {
  double sum = 0;
  for (const auto& sample : server_->metrics().collect())
    if (sample.name == name && (labels.empty() || sample.labels == labels)) sum += sample.value;
  return sum;
}

std::string start_errors(const std::string& config) {
  RememberedLog log;
  auto options = options_with(&log);
  options.config_text = config;
  const auto server = Server::start(std::move(options));
  return server ? "" : joined(server.error());
}

std::vector<std::uint8_t> query_for(std::string_view name, std::uint16_t id, RRType type) {
  return make_query(id, {*Name::parse(name), type, RRClass::IN});
}

Result<Answer> ask_over_tcp(const SocketAddress& server, std::string_view name, RRType type) {
  Wishes wishes;
  wishes.tcp = true;
  return ask(server, name, type, wishes);
}

}  // namespace harbinger::test
