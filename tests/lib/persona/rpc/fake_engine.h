// An engine that remembers what it is told and answers as a test says.
#pragma once

#include <catch2/catch.hpp>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

#include <harbinger/persona_engine.h>

namespace harbinger::test {

/// Answers on the caller's thread, unless it holds answers back.
class FakeEngine final : public PersonaEngine {
 public:
  /// A copy of an ask or event that owns its texts.
  struct Asked {
    PersonaAsk ask;
    std::string name, user_agent, network;
  };
  struct Told {
    BehaviourEvent event;
    std::string resource;
  };

  ~FakeEngine() override { let_go(); }

  void assign(std::span<const PersonaAsk> asks, Assigned done) override {
    std::vector<PersonaAssignment> answers;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& ask : asks) {
        asked_.push_back({ask, std::string(ask.name), std::string(ask.user_agent), std::string(ask.network)});
        answers.push_back(assignment);
        answers.back().client = ask.client;
      }
    }
    answer([answers, done = std::move(done), this] {
      if (trouble) return done(fail(*trouble));
      done(answers);
    });
  }

  void report(std::span<const BehaviourEvent> events, Reported done) override {
    Receipt receipt;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& event : events) {
        told_.push_back({event, std::string(event.resource)});
        ++(fault_of(event, now) == EventFault::none ? receipt.taken : receipt.rejected);
      }
    }
    answer([receipt, done = std::move(done)] { done(receipt); });
  }

  std::shared_ptr<void> watch(Watcher update) override {
    update(first_update);
    const std::lock_guard lock(mutex_);
    watchers_.push_back(std::make_shared<Watcher>(std::move(update)));
    return watchers_.back();
  }

  void explain(ClientKey client, Explained done) override {
    auto answer = explanation;
    answer.assignment.client = client;
    done(answer);
  }

  State state() const override { return known_state; }

  /// To all who watch.
  void push(const PersonaUpdate& update) {
    std::vector<std::shared_ptr<Watcher>> watchers;
    {
      const std::lock_guard lock(mutex_);
      std::erase_if(watchers_, [](const auto& watcher) { return watcher.use_count() == 1; });
      watchers = watchers_;
    }
    for (const auto& watcher : watchers) (*watcher)(update);
  }

  /// From now on nothing is answered, until let_go().
  void hold() {
    const std::lock_guard lock(mutex_);
    holding_ = true;
  }
  void let_go() {
    std::vector<std::function<void()>> held;
    {
      const std::lock_guard lock(mutex_);
      holding_ = false;
      held.swap(held_);
    }
    for (const auto& call : held) call();
  }

  std::vector<Asked> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  std::vector<Told> told() const {
    const std::lock_guard lock(mutex_);
    return told_;
  }
  std::size_t watchers() {
    const std::lock_guard lock(mutex_);
    std::erase_if(watchers_, [](const auto& watcher) { return watcher.use_count() == 1; });
    return watchers_.size();
  }

  // What it says; set before it is asked.
  UnixMillis now = 1'700'000'000'000;
  PersonaAssignment assignment{};
  std::optional<Error> trouble;
  PersonaUpdate first_update;
  PersonaExplanation explanation;
  State known_state;

 private:
  void answer(std::function<void()> call) {
    {
      const std::lock_guard lock(mutex_);
      if (holding_) {
        held_.push_back(std::move(call));
        return;
      }
    }
    call();
  }

  mutable std::mutex mutex_;
  std::vector<Asked> asked_;
  std::vector<Told> told_;
  std::vector<std::shared_ptr<Watcher>> watchers_;
  bool holding_ = false;
  std::vector<std::function<void()>> held_;
};

/// Waits for a callback's value.
template <class T>
class Awaited {
 public:
  std::function<void(T)> taker() {
    return [shared = shared_](T value) {
      const std::lock_guard lock(shared->mutex);
      ++shared->times;
      shared->value = std::move(value);
      shared->changed.notify_all();
    };
  }
  /// Throws when it does not come.
  T get(std::chrono::seconds limit = std::chrono::seconds(20)) {
    std::unique_lock lock(shared_->mutex);
    if (!shared_->changed.wait_for(lock, limit, [this] { return shared_->value.has_value(); }))
      throw std::runtime_error("no answer came");
    return *shared_->value;
  }
  int times() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->times;
  }

 private:
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<T> value;
    int times = 0;
  };
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace harbinger::test
