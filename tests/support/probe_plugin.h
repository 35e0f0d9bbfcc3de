// A plugin whose every role is a function of the test.
#pragma once

#include <functional>

#include <harbinger/plugin.h>

namespace harbinger::test {

/// What the probe does; roles left empty are passed through.
struct ProbeRoles {
  std::function<Verdict(const Query&)> admit{};
  std::function<void(Query&)> identify{};
  std::function<Task<Reply>(const Query&, Next)> serve{};
  std::function<void(const Query&, ReplyEditor&)> decorate{};
  std::function<void(const Query&, const ReplyView&)> observe{};
  std::function<void(const PluginContext&)> start{};
  std::function<Task<bool>(const ZoneRequest&, ZoneReplies&)> maintain{};
};

class Probe final : public Plugin {
 public:
  explicit Probe(ProbeRoles roles) : roles_(std::move(roles)) {}
  Verdict admit(const Query& query) override { return roles_.admit ? roles_.admit(query) : Verdict::pass(); }
  void identify(Query& query) override {
    if (roles_.identify) roles_.identify(query);
  }
  Task<Reply> serve(const Query& query, Next next) override {
    return roles_.serve ? roles_.serve(query, next) : next(query);
  }
  void decorate(const Query& query, ReplyEditor& editor) override {
    if (roles_.decorate) roles_.decorate(query, editor);
  }
  void observe(const Query& query, const ReplyView& view) override {
    if (roles_.observe) roles_.observe(query, view);
  }
  Task<bool> maintain(const ZoneRequest& request, ZoneReplies& replies) override {
    return roles_.maintain ? roles_.maintain(request, replies) : Plugin::maintain(request, replies);
  }
  Result<void> start(const PluginContext& context) override {
    if (roles_.start) roles_.start(context);
    return {};
  }

 private:
  const ProbeRoles roles_;
};

/// A spec that makes probes with these roles.
inline PluginSpec probe(std::string name, ProbeRoles roles) {
  PluginSpec spec;
  spec.name = std::move(name);
  spec.roles = {static_cast<bool>(roles.admit), static_cast<bool>(roles.identify), static_cast<bool>(roles.serve),
                static_cast<bool>(roles.decorate), static_cast<bool>(roles.observe)};
  spec.make = [roles](const config::Directive&) -> std::expected<std::unique_ptr<Plugin>, config::Errors> {
    return std::make_unique<Probe>(roles);
  };
  return spec;
}

/// `serve` that answers every question with one record made from text: "300 A 192.0.2.1", "300 TXT hello".
inline ProbeRoles answering(std::string record) {
  ProbeRoles roles;
  roles.serve = [record](const Query& query, Next) -> Task<Reply> {
    Reply reply = Reply::to(query);
    reply.add_answer(record_from_text(query.name().to_string() + " " + record).value());
    return ready(std::move(reply));
  };
  return roles;
}

}  // namespace harbinger::test
