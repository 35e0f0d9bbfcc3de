// acl - allows, blocks, filters or drops queries by the client's address and the type asked for.
#include <algorithm>
#include <array>

#include <harbinger/plugin.h>

#include "plugins/acl/rule_table.h"

namespace harbinger::acl {
namespace {

class Acl final : public Plugin {
 public:
  struct Config {
    std::vector<Name> zones;
    std::vector<Rule> rules;
  };

  explicit Acl(Config config) : zones_(std::move(config.zones)), table_(config.rules) {}

  Result<void> start(const PluginContext& context) override {
    const auto counter = [&](std::string_view done) {
      return context.metrics->counter("harbinger_acl_" + std::string(done) + "_requests_total",
                                      "Queries that acl " + std::string(done) + ".");
    };
    counters_ = {counter("allowed"), counter("blocked"), counter("filtered"), counter("dropped")};
    return {};
  }

  Verdict admit(const Query& query) override {
    const auto action = applies_to(query.name()) ? table_.decide(query.client().ip, query.type()) : Action::allow;
    counters_[static_cast<std::size_t>(action)].add();
    switch (action) {
      case Action::allow:
        return Verdict::pass();
      case Action::block:
        return Verdict::refuse(EdeCode::blocked);
      case Action::filter:
        return Verdict::answer(Rcode::NOERROR, EdeCode::filtered);
      case Action::drop:
        return Verdict::drop();
    }
    return Verdict::pass();
  }

 private:
  bool applies_to(const Name& name) const {
    return zones_.empty() || std::ranges::any_of(zones_, [&](const Name& zone) { return name.is_within(zone); });
  }

  const std::vector<Name> zones_;
  const RuleTable table_;
  std::array<Counter, 4> counters_;
};

Clause<Rule> rule(Action action) {
  return Clause<Rule>().fixed(&Rule::action, action).list("type", &Rule::types).list("net", &Rule::nets);
}

}  // namespace

PluginSpec spec() {
  return define_plugin<Acl>("acl",
                            "allows or blocks queries by client address and type; the first matching rule decides")
      .optional_argument("ZONE", &Acl::Config::zones, "only queries for names within these; all names if left out")
      .rows("allow", &Acl::Config::rules, rule(Action::allow), "lets matching queries through")
      .rows("block", &Acl::Config::rules, rule(Action::block), "answers REFUSED")
      .rows("filter", &Acl::Config::rules, rule(Action::filter), "answers NOERROR without records")
      .rows("drop", &Acl::Config::rules, rule(Action::drop), "sends no reply");
}

}  // namespace harbinger::acl
