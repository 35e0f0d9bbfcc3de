// Plays a conversation between a provider and the interface of somebody's cloud, as written in a file of conversations/.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "tests/support/api_server.h"
#include "tests/support/scratch.h"

namespace harbinger::test {

/// A file is one of tests/lib/provision/conversations, or a path in the project: {"what": SENTENCE, "steps": [{"ask": {...}, "answer": {...}}]}; steps come in their order.
///   ask:    "method", "path" (without its query), "query" {name: value, decoded}, "fields" {name in small letters: value}, "body" {JSON pointer: value}
///   answer: "status", "fields", "body" (JSON, or a text), "lines" (JSON each, in chunks of their own), "cut" (octets of the body), "drop", "wait_ms" before it; "stay": goes on until the other end goes
/// `{server}` stands for our own URL in answers.
class ApiConversation {
 public:
  /// `before` is called with the number of a step, from 1, before it is answered.
  explicit ApiConversation(const std::string& file, std::function<void(std::size_t)> before = {})
      : before_(std::move(before)),
        steps_(nlohmann::json::parse(read_text(in_project(path_of(file)))).at("steps")),
        server_([this](const ApiRequest& request, ApiPeer& peer) { play(request, peer); }) {}

  std::string url() const { return server_.url(); }
  std::size_t connections() const { return server_.connections(); }
  std::size_t played() const { return at_; }
  /// What went otherwise, or has not come; empty when all went as it is written.
  std::string trouble() const {
    const std::lock_guard lock(mutex_);
    if (!trouble_.empty()) return trouble_;
    return at_ == steps_.size() ? ""
                                : "only " + std::to_string(at_) + " of " + std::to_string(steps_.size()) + " steps";
  }

 private:
  using Json = nlohmann::json;

  static std::string path_of(const std::string& file) {
    return file.find('/') == file.npos ? "tests/lib/provision/conversations/" + file : file;
  }

  void play(const ApiRequest& request, ApiPeer& peer) {
    const std::size_t at = at_++;
    if (at >= steps_.size())
      return complain(at, "one request too many: " + request.method + " " + request.target, peer);
    if (const auto wrong = difference(steps_[at].at("ask"), request); !wrong.empty()) return complain(at, wrong, peer);
    if (before_) before_(at + 1);
    answer(steps_[at].at("answer"), peer);
  }

  void complain(std::size_t at, const std::string& what, ApiPeer& peer) {
    {
      const std::lock_guard lock(mutex_);
      if (trouble_.empty()) trouble_ = "step " + std::to_string(at + 1) + ": " + what;
    }
    peer.answer(418, what);
  }

  static std::string difference(const Json& ask, const ApiRequest& request) {
    const auto is = [](const std::string& what, const std::string& wanted, const std::string& got) {
      return wanted == got ? std::string() : what + " is '" + got + "', should be '" + wanted + "'; ";
    };
    std::string wrong = is("method", ask.at("method"), request.method) + is("path", ask.at("path"), request.path());
    const Json query = ask.value("query", Json::object()), fields = ask.value("fields", Json::object()),
               bodies = ask.value("body", Json::object());
    for (const auto& [name, value] : query.items()) wrong += is("query " + name, value, request.value(name));
    for (const auto& [name, value] : fields.items()) wrong += is("field " + name, value, request.field(name));
    const auto body = Json::parse(request.body, nullptr, false);
    for (const auto& [pointer, value] : bodies.items()) {
      const Json::json_pointer at(pointer);
      const auto got = body.is_structured() && body.contains(at) ? body.at(at) : Json("(nothing)");
      if (got != value) wrong += pointer + " is " + got.dump() + ", should be " + value.dump() + "; ";
    }
    return wrong;
  }

  std::string text_of(const Json& value) const {
    auto text = value.is_string() ? value.get<std::string>() : value.dump();
    for (std::size_t at = 0; (at = text.find("{server}", at)) != text.npos;) text.replace(at, 8, server_.url());
    return text;
  }

  void answer(const Json& answer, ApiPeer& peer) const {
    const auto patience = std::chrono::milliseconds(answer.value("wait_ms", 0));
    if (patience.count() > 0 && !peer.rest(patience)) return peer.drop();
    if (answer.value("drop", false)) return peer.drop();
    const unsigned status = answer.at("status");
    ApiPeer::Fields fields;
    const Json wanted = answer.value("fields", Json::object());
    for (const auto& [name, value] : wanted.items()) fields.emplace_back(name, value);
    const auto body = text_of(answer.value("body", Json("")));
    if (answer.contains("cut")) return peer.answer_partly(status, body, answer.at("cut"));
    if (!answer.contains("lines")) return peer.answer(status, body, fields);
    peer.begin(status);
    for (const auto& line : answer.at("lines")) peer.go_on(text_of(line) + "\n");
    if (!answer.value("stay", false)) return peer.end();
    while (peer.rest(std::chrono::milliseconds(20)) && peer.go_on("\n")) {
    }
    peer.drop();
  }

  const std::function<void(std::size_t)> before_;
  const Json steps_;
  std::atomic<std::size_t> at_{0};
  mutable std::mutex mutex_;
  std::string trouble_;
  ApiServer server_;
};

}  // namespace harbinger::test
