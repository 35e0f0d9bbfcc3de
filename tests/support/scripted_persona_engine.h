// A persona engine that remembers what an operator told it to change.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include <harbinger/persona_engine.h>

namespace harbinger::test {

/// Personas gamer and crawler, and one client. `told`: any thread; what else is public is set before anybody asks.
class ScriptedPersonaEngine final : public PersonaEngine, public PersonaAdmin {
 public:
  void assign(std::span<const PersonaAsk>, Assigned done) override { done(std::vector<PersonaAssignment>{}); }
  void report(std::span<const BehaviourEvent>, Reported done) override { done(Receipt{}); }
  std::shared_ptr<void> watch(Watcher) override { return nullptr; }
  State state() const override { return {}; }
  void explain(ClientKey client, Explained done) override {
    if (silent) return;
    if (client != known) return done(fail(ErrorCode::not_found, "this client is not known"));
    PersonaExplanation why;
    why.assignment.client = client;
    why.assignment.token.fill(0xab);
    why.persona = "gamer";
    why.reasons = {"asks for play.example (90 %)"};
    done(why);
  }

  std::vector<PersonaProfile> list() const override {
    PersonaProfile gamer, crawler;
    gamer.name = "gamer";
    gamer.clients = 3;
    gamer.distinguished_by = {"asks for play.example (90 %)"};
    crawler.name = "crawler";
    crawler.clients = 12;
    crawler.prefetch = false;
    return {gamer, crawler};
  }
  Result<void> rename(std::string_view persona, std::string_view name) override {
    return done("rename", persona, name);
  }
  Result<void> pin(std::string_view persona, bool pinned) override {
    return done(pinned ? "pin" : "unpin", persona, "");
  }
  Result<void> split(std::string_view persona, std::string_view name) override { return done("split", persona, name); }
  Result<void> merge(std::string_view from, std::string_view into) override { return done("merge", from, into); }

  /// The last change: "rename gamer player".
  std::string told() const {
    const std::lock_guard guard(lock_);
    return told_;
  }

  ClientKey known = 0;  ///< who can be explained
  bool silent = false;  ///< explains nothing, ever

 private:
  Result<void> done(std::string_view verb, std::string_view one, std::string_view other) {
    if (one == "nobody") return fail(ErrorCode::not_found, "there is no persona nobody");
    if (verb != "merge" && other == "gamer") return fail(ErrorCode::conflict, "there is a persona gamer already");
    const std::lock_guard guard(lock_);
    told_ = std::string(verb) + ' ' + std::string(one) + (other.empty() ? "" : ' ' + std::string(other));
    return {};
  }

  mutable std::mutex lock_;
  std::string told_;
};

}  // namespace harbinger::test
