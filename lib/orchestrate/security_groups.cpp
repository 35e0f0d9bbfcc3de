#include "orchestrate/security_groups.h"

#include <algorithm>
#include <utility>

namespace harbinger::orchestrate {

namespace {

using provision::Json;
using provision::RestLimits;
using provision::text_member;

constexpr const char* kGroups = "/security-groups";

std::string text_of(const Json& body) { return body.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json rule_body(const std::string& group, const GroupRule& rule) {
  Json body{{"security_group_id", group}, {"direction", "ingress"}, {"ethertype", rule.v6 ? "IPv6" : "IPv4"}};
  if (!rule.protocol.empty()) body["protocol"] = rule.protocol;
  if (rule.first > 0) body["port_range_min"] = rule.first;
  if (rule.last > 0) body["port_range_max"] = rule.last;
  if (!rule.from.empty()) body["remote_ip_prefix"] = rule.from;
  return {{"security_group_rule", std::move(body)}};
}

GroupRule read_rule(const Json& object) {
  const auto port = [&](const char* name) {
    return static_cast<std::uint16_t>(std::clamp(provision::number_member(object, {name}).value_or(0), 0.0, 65535.0));
  };
  return {.protocol = text_member(object, {"protocol"}),
          .first = port("port_range_min"),
          .last = port("port_range_max"),
          .from = text_member(object, {"remote_ip_prefix"}),
          .v6 = text_member(object, {"ethertype"}) == "IPv6"};
}

bool has_rule(const Json& group, const GroupRule& rule) {
  return std::ranges::any_of(provision::list_member(group, {"security_group_rules"}), [&](const Json& each) {
    return text_member(each, {"direction"}) == "ingress" && read_rule(each) == rule;
  });
}

}  // namespace

SecurityGroups::Held::~Held() {
  const std::lock_guard lock(of_->mutex_);
  if (--of_->held_[word_] == 0) of_->held_.erase(word_);
}

std::unique_ptr<SecurityGroups::Held> SecurityGroups::hold(const std::string& word) {
  const std::lock_guard lock(mutex_);
  ++held_[word];
  return std::make_unique<Held>(*this, word);
}

std::string SecurityGroups::name_of(const std::string& word) const {
  return "harbinger-estate-" + settings_.installation + "-" + word;
}

Result<std::vector<Json>> SecurityGroups::named(const std::string& name, const RestLimits& limits) {
  const auto query = name.empty() ? std::string() : "&name=" + provision::url_escaped(name);
  return neutron_.pages(kGroups + ("?limit=200" + query), "security_groups", limits);
}

Error SecurityGroups::no_such_group(const std::string& name, const RestLimits& limits) {
  WordTable there;
  if (const auto all = named({}, limits))
    for (const auto& each : *all) there[text_member(each, {"name"})] = "";
  return {ErrorCode::denied, no_such_word("security group", name, there)};
}

Result<Json> SecurityGroups::create(const std::string& word, const RestLimits& limits) {
  const Json group{{"name", name_of(word)},
                   {"description", "made by harbinger (installation " + settings_.installation + ") for " + word}};
  const auto answer =
      neutron_.ask({.method = "POST", .target = kGroups, .body = text_of({{"security_group", group}})}, limits);
  if (!answer) return fail(answer.error());
  auto body = provision::read_json(answer->body);
  if (text_member(body, {"security_group", "id"}).empty())
    return fail(ErrorCode::malformed, "Neutron answered without the id of the new security group");
  return std::move(body.at("security_group"));
}

// 409 says that the rule is there.
Result<void> SecurityGroups::complete(const Json& group, const std::string& word, const RestLimits& limits) {
  const auto id = text_member(group, {"id"});
  for (const auto& rule : settings_.rules.at(word)) {
    if (has_rule(group, rule)) continue;
    const auto made = neutron_.ask(
        {.method = "POST", .target = "/security-group-rules", .body = text_of(rule_body(id, rule))}, limits);
    if (!made && made.error().code != ErrorCode::conflict) return fail(made.error());
  }
  return {};
}

Result<std::string> SecurityGroups::id_of(const std::string& word, const RestLimits& limits) {
  const std::unique_lock lock(making_, limits.deadline - neutron_.clock().now());
  if (!lock) return fail(ErrorCode::timeout, "another request for security groups lasts too long");
  const auto known = settings_.groups.find(word);
  const auto name = makes(word) ? name_of(word) : known == settings_.groups.end() ? word : known->second;
  auto groups = named(name, limits);
  if (!groups) return fail(groups.error());
  if (groups->empty() && !makes(word)) return fail(no_such_group(name, limits));
  if (groups->empty()) {
    auto made = create(word, limits);
    if (!made) return fail(made.error());
    groups->push_back(std::move(*made));
  }
  if (groups->size() > 1 && !makes(word))
    return fail(ErrorCode::denied, "there are " + std::to_string(groups->size()) + " security groups of the name '" +
                                       name + "'; give one of them another name");
  if (makes(word))
    if (const auto whole = complete(groups->front(), word, limits); !whole) return fail(whole.error());
  return text_member(groups->front(), {"id"});
}

// Ids of the groups that we made, by their words.
Result<std::map<std::string, std::vector<std::string>>> SecurityGroups::ours(const RestLimits& limits) {
  std::map<std::string, std::vector<std::string>> found;
  for (const auto& [word, rules] : settings_.rules) {
    const auto groups = named(name_of(word), limits);
    if (!groups) return fail(groups.error());
    for (const auto& each : *groups) found[word].push_back(text_member(each, {"id"}));
  }
  return found;
}

Result<void> SecurityGroups::end(const std::vector<std::string>& ids, const RestLimits& limits) {
  for (const auto& id : ids) {
    const auto ended = neutron_.ask({.method = "DELETE", .target = kGroups + ("/" + id)}, limits);
    if (ended || ended.error().code == ErrorCode::conflict || ended.error().code == ErrorCode::not_found) continue;
    return fail(ended.error());
  }
  return {};
}

// Who is held is looked at before servers are asked for: whoever makes one holds its word until Nova knows it, and begins with id_of(), which waits for us.
Result<void> SecurityGroups::sweep(const Used& used, const RestLimits& limits) {
  if (settings_.rules.empty()) return {};
  const std::unique_lock lock(making_, limits.deadline - neutron_.clock().now());
  if (!lock) return fail(ErrorCode::timeout, "another request for security groups lasts too long");
  const auto groups = ours(limits);
  if (!groups) return fail(groups.error());
  if (groups->empty()) return {};
  std::map<std::string, unsigned> held;
  {
    const std::lock_guard guard(mutex_);
    held = held_;
  }
  const auto words = used();
  if (!words) return fail(words.error());
  for (const auto& [word, ids] : *groups)
    if (!held.contains(word) && !words->contains(word))
      if (const auto ended = end(ids, limits); !ended) return ended;
  return {};
}

}  // namespace harbinger::orchestrate
