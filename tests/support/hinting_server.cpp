#include "tests/support/hinting_server.h"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <stdexcept>

#include "plugins/all.h"
#include "tests/support/probe_plugin.h"

namespace harbinger::test {

struct HintingServer::State {
  std::vector<Hint> hints;
  std::vector<std::uint8_t> malformed;
  mutable std::mutex mutex;
  HintRequest last_request;
  std::map<std::string, int> asked;

  void decorate(const Query& query, ReplyEditor& editor) {
    const std::lock_guard guard(mutex);
    ++asked[query.name().to_string()];
    const auto data = query.option(OptionCode::HINTS);
    const auto request = data ? parse_hint_request(*data) : fail(ErrorCode::not_found, "none");
    if (!request) return;
    last_request = *request;
    std::array<std::uint8_t, kMaxUnprovedHintBytes> out;
    const auto some = std::span(hints).first(std::min<std::size_t>(hints.size(), request->max_hints));
    const auto size = write_hints(some, query.name().to_string(), out);
    if (!malformed.empty()) editor.add_option(OptionCode::HINTS, malformed);
    if (malformed.empty() && size > 0) editor.add_option(OptionCode::HINTS, std::span(out).first(size));
  }
};

HintingServer::HintingServer(std::vector<Hint> hints, std::vector<std::uint8_t> malformed)
    : state_(std::make_shared<State>()) {
  state_->hints = std::move(hints);
  state_->malformed = std::move(malformed);
  auto roles = answering("300 A 192.0.2.1");
  roles.serve = [](const Query& query, Next) -> Task<Reply> {
    const auto owner = query.name().to_string();
    Reply reply = Reply::to(query);
    if (query.type() == RRType::A) reply.add_answer(record_from_text(owner + " 300 A 192.0.2.1").value());
    // One hint for everybody, shared.hinting.example with 50 %.
    if (query.type() == RRType::HTTPS)
      reply.add_answer(
          record_from_text(owner + " 300 HTTPS 1 . key65314=\"\\129\\011\\000\\128\\000\\016\\006shared\"").value());
    return ready(std::move(reply));
  };
  roles.decorate = [state = state_](const Query& query, ReplyEditor& editor) { state->decorate(query, editor); };

  Server::Options options;
  options.plugins = all_plugins();
  options.plugins.push_back(probe("hinting", roles));
  options.log = &log_;
  options.handle_signals = false;
  options.config_text = "hinting.example:0 {\n bind 127.0.0.1\n metrics 127.0.0.1:0\n hinting\n}\n";
  auto server = Server::start(std::move(options));
  if (!server) throw std::runtime_error(server.error().at(0).to_string());
  server_ = std::move(*server);
}

SocketAddress HintingServer::web_address() const {
  const auto text = log_.text();
  const auto begin = text.find("http://") + 7;
  return SocketAddress::parse(text.substr(begin, text.find('/', begin) - begin)).value();
}

HintRequest HintingServer::last_request() const {
  const std::lock_guard guard(state_->mutex);
  return state_->last_request;
}

int HintingServer::asked(const std::string& name) const {
  const std::lock_guard guard(state_->mutex);
  const auto found = state_->asked.find(name);
  return found == state_->asked.end() ? 0 : found->second;
}

}  // namespace harbinger::test
