// rewrite - asks the plugins behind it for another name, for everybody or by persona, and puts the client's name back.
#include <harbinger/plugin.h>

#include "plugins/rewrite/rules.h"

namespace harbinger::rewrite {
namespace {

class Rewrite final : public Plugin {
 public:
  struct Config {
    std::vector<NameRule> names;
    std::vector<TtlRule> ttls;
  };

  explicit Rewrite(Config config) : config_(std::move(config)) {}

  Result<void> start(const PluginContext& context) override {
    for (const auto& rule : config_.ttls)
      if (rule.low > rule.high) return fail(ErrorCode::malformed, "ttl: the lower bound comes first");
    rewritten_ =
        context.metrics->counter("harbinger_rewrite_names_total", "Answers that were computed for another name.");
    return {};
  }

  Task<Reply> serve(const Query& query, Next next) override {
    auto target = target_of(query);
    if (!target && config_.ttls.empty()) return next(query);
    return serve_as(query, std::move(target), next);
  }

 private:
  // The first rule that holds.
  std::optional<Name> target_of(const Query& query) const {
    for (const auto& rule : config_.names)
      if (auto target = rule.apply(query)) return target;
    return std::nullopt;
  }

  Task<Reply> serve_as(const Query& query, std::optional<Name> target, Next next) const {
    const Query asked = target ? query.asking(*target) : query;
    Reply reply = co_await next(asked);
    if (target) restore(reply, *target, query.name());
    if (!reply.answers().empty()) limit_ttls(reply, query);
    co_return reply;
  }

  // Also what was learnt of the other name makes a kept answer wrong.
  void restore(Reply& reply, const Name& from, const Name& to) const {
    rewritten_.add();
    for (auto* section : {&reply.answers(), &reply.authorities()})
      for (auto& record : *section)
        if (record.name == from) record.name = to;
    reply.depends_on(from);
  }

  void limit_ttls(Reply& reply, const Query& query) const {
    const auto rule =
        std::ranges::find_if(config_.ttls, [&](const TtlRule& each) { return is_for(each.personas, query); });
    if (rule == config_.ttls.end()) return;
    for (auto& record : reply.answers()) record.ttl = std::clamp(record.ttl, rule->low, rule->high);
  }

  const Config config_;
  Counter rewritten_;
};

}  // namespace

PluginSpec spec() {
  using How = NameRule::How;
  constexpr std::uint32_t kMostTtl = 0x7fffffff;  // RFC 2181 sec. 8
  return define_plugin<Rewrite>("rewrite", "asks for other names, for everybody or by persona")
      .rows("name", &Rewrite::Config::names,
            Clause<NameRule>()
                .argument("HOW", &NameRule::how, one_of<How>({{"exact", How::exact}, {"suffix", How::suffix}}))
                .argument("FROM", &NameRule::from)
                .argument("TO", &NameRule::to)
                .list("persona", &NameRule::personas),
            "asks for TO where a client asks for FROM, or for what is below it; the first rule that holds counts")
      .rows("ttl", &Rewrite::Config::ttls,
            Clause<TtlRule>()
                .argument("LOW", &TtlRule::low, between(0u, kMostTtl))
                .argument("HIGH", &TtlRule::high, between(0u, kMostTtl))
                .list("persona", &TtlRule::personas),
            "seconds that answers may be kept, at least and at most; the first rule that holds counts");
}

}  // namespace harbinger::rewrite
