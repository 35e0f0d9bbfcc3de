// A persona engine that does what a test says: answers at once, fails, or keeps callers waiting until it is told.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <harbinger/persona_engine.h>

#include "persona/engine_source.h"

namespace harbinger::test {

class FakePersonaEngine final : public PersonaEngine {
 public:
  enum class Mood { answers, fails, hangs };

  void set(Mood mood) {
    const std::lock_guard guard(lock_);
    mood_ = mood;
  }
  /// Whom `client` is said to be, for everybody who is asked for; persona 0 with a token otherwise.
  void make(PersonaId persona, const std::string& network) {
    const std::lock_guard guard(lock_);
    by_network_[network] = persona;
  }
  /// How long tokens live.
  UnixMillis life_ms = 600'000;

  void assign(std::span<const PersonaAsk> asks, Assigned done) override {
    std::vector<PersonaAssignment> answer;
    std::unique_lock guard(lock_);
    ++calls_;
    for (const auto& ask : asks) {
      asked_names_.emplace_back(ask.name);
      last_ask_ = ask;
      last_ask_.name = last_ask_.network = {};
      answer.push_back(say(ask));
    }
    finish(guard, [done = std::move(done), answer](bool good) {
      good ? done(answer) : done(fail(ErrorCode::unreachable, "gone"));
    });
  }
  void report(std::span<const BehaviourEvent> events, Reported done) override {
    std::unique_lock guard(lock_);
    ++calls_;
    for (const auto& event : events) reported_.push_back(std::string(event.resource));
    finish(guard, [done = std::move(done), taken = events.size()](bool good) {
      good ? done(Receipt{.taken = taken}) : done(fail(ErrorCode::unreachable, "gone"));
    });
  }
  std::shared_ptr<void> watch(Watcher update) override {
    const std::lock_guard guard(lock_);
    watcher_ = std::move(update);
    return {this, [this](void*) {
              const std::lock_guard wait(lock_);
              watcher_ = {};
            }};
  }
  void explain(ClientKey, Explained done) override { done(fail(ErrorCode::not_found, "nobody")); }
  State state() const override { return {}; }

  void push(const PersonaUpdate& update) {
    Watcher watcher;
    {
      const std::lock_guard guard(lock_);
      watcher = watcher_;
    }
    if (watcher) watcher(update);
  }
  /// Those who hang are answered now.
  void release(bool good = true) {
    std::list<std::function<void(bool)>> waiting;
    {
      const std::lock_guard guard(lock_);
      waiting.swap(waiting_);
    }
    for (const auto& each : waiting) each(good);
  }

  std::vector<std::string> asked_names() const { return locked(asked_names_); }
  std::vector<std::string> reported() const { return locked(reported_); }
  PersonaAsk last_ask() const { return locked(last_ask_); }
  int calls() const { return locked(calls_); }
  PersonaAssignment last_said() const { return locked(last_said_); }

 private:
  template <class T>
  T locked(const T& value) const {
    const std::lock_guard guard(lock_);
    return value;
  }
  PersonaAssignment say(const PersonaAsk& ask) {
    PersonaAssignment said;
    said.client = ask.client;
    const auto found = by_network_.find(std::string(ask.network));
    said.persona = found == by_network_.end() ? 0 : found->second;
    said.token.fill(static_cast<std::uint8_t>(++tokens_));
    said.expires = ask.at + life_ms;
    last_said_ = said;
    return said;
  }
  void finish(std::unique_lock<std::mutex>& guard, std::function<void(bool)> answer) {
    const auto mood = mood_;
    if (mood == Mood::hangs) waiting_.push_back(std::move(answer));
    guard.unlock();
    if (mood != Mood::hangs) answer(mood == Mood::answers);
  }

  mutable std::mutex lock_;
  Mood mood_ = Mood::answers;
  std::map<std::string, PersonaId> by_network_;
  std::vector<std::string> asked_names_, reported_;
  PersonaAsk last_ask_;
  PersonaAssignment last_said_;
  int calls_ = 0, tokens_ = 0;
  Watcher watcher_;
  std::list<std::function<void(bool)>> waiting_;
};

/// While it lives, every engine that is opened is this one.
struct FakeEngineSource {
  std::shared_ptr<FakePersonaEngine> engine = std::make_shared<FakePersonaEngine>();
  persona::EngineSource source{
      [engine = engine](const persona::EngineChoice&,
                        const persona::EngineWorld&) -> Result<std::shared_ptr<PersonaEngine>> {
        return std::shared_ptr<PersonaEngine>(engine);
      }};
};

/// A persona's profile with nothing but a number and a name.
inline PersonaProfile named_persona(PersonaId id, std::string name) {
  PersonaProfile profile;
  profile.id = id;
  profile.name = std::move(name);
  return profile;
}

}  // namespace harbinger::test
