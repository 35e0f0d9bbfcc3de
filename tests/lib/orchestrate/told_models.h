// Models that believe and foresee what a test says.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "orchestrate/attributes.h"
#include "orchestrate/need_model.h"

namespace harbinger::test {

/// Outlives the engines that use it.
class Foretold {
 public:
  void say(orchestrate::ActorKey user, std::vector<orchestrate::LikelyNeed> needs) {
    const std::lock_guard guard(lock_);
    needs_[user] = std::move(needs);
  }
  std::vector<orchestrate::LikelyNeed> of(orchestrate::ActorKey user) const {
    const std::lock_guard guard(lock_);
    const auto known = needs_.find(user);
    return known == needs_.end() ? std::vector<orchestrate::LikelyNeed>() : known->second;
  }
  std::size_t heard() const {
    const std::lock_guard guard(lock_);
    return heard_.size();
  }
  /// "verb" of each act that a model of needs heard, with " asks" where it asked for something.
  std::vector<std::string> heard_acts() const {
    const std::lock_guard guard(lock_);
    return heard_;
  }
  void hear(const orchestrate::Activity& act) {
    const std::lock_guard guard(lock_);
    heard_.push_back(std::string(act.verb) + (act.asks ? " asks" : ""));
  }

 private:
  mutable std::mutex lock_;
  std::map<orchestrate::ActorKey, std::vector<orchestrate::LikelyNeed>> needs_;
  std::vector<std::string> heard_;
};

class ToldNeeds final : public orchestrate::NeedModel {
 public:
  explicit ToldNeeds(std::shared_ptr<Foretold> word) : word_(std::move(word)) {}
  void heard(const orchestrate::Activity& act, const orchestrate::UserAttributes&, orchestrate::SystemLoad) override {
    word_->hear(act);
    if (act.asks) ++asked_;
  }
  orchestrate::Outlook outlook(orchestrate::ActorKey user, const orchestrate::UserAttributes&, orchestrate::SystemLoad,
                               UnixMillis) override {
    orchestrate::Outlook outlook;
    outlook.needs = word_->of(user);
    return outlook;
  }
  std::vector<std::string> explain(orchestrate::ActorKey, const orchestrate::UserAttributes&, orchestrate::SystemLoad,
                                   UnixMillis) override {
    return {"a test said so"};
  }
  Counts counts() const override { return {.asked = asked_}; }
  std::vector<std::uint8_t> save() const override { return {static_cast<std::uint8_t>(asked_)}; }
  Result<void> load(std::span<const std::uint8_t> octets) override {
    if (octets.size() != 1) return fail(ErrorCode::malformed, "nothing that was saved");
    asked_ = octets[0];
    return {};
  }

 private:
  const std::shared_ptr<Foretold> word_;
  std::uint64_t asked_ = 0;
};

/// Everybody is an expert.
class ToldAttributes final : public orchestrate::AttributeModel {
 public:
  void heard(std::span<const orchestrate::Activity> acts) override { acts_ += acts.size(); }
  orchestrate::UserAttributes of(orchestrate::ActorKey) const override {
    orchestrate::UserAttributes who;
    who.beliefs[0] = {.value = 2, .confidence = 0.9F, .by = orchestrate::Belief::By::inference};
    return who;
  }
  Result<void> label(orchestrate::ActorKey, orchestrate::Attribute, std::uint8_t) override { return {}; }
  Result<void> unlabel(orchestrate::ActorKey, orchestrate::Attribute) override { return {}; }
  Result<void> pin(std::vector<Rule>) override { return {}; }
  std::vector<std::string> explain(orchestrate::ActorKey) const override { return {}; }
  Counts counts() const override { return {.users = acts_}; }
  std::vector<std::uint8_t> save() const override { return {}; }
  Result<void> load(std::span<const std::uint8_t>) override { return {}; }

 private:
  std::uint64_t acts_ = 0;
};

}  // namespace harbinger::test
