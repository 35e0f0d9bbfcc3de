#include "orchestrate/estate_settings.h"

#include <algorithm>
#include <array>
#include <utility>

#include <harbinger/address.h>
#include "orchestrate/setting_texts.h"
#include "provision/template_words.h"

namespace harbinger::orchestrate {

namespace {

constexpr std::string_view kRulesForm = "such as 'tcp 22 from 10.0.0.0/8, tcp 8000-8080, icmp'";

// Options of the target that are also settings of orders.
constexpr std::array<const char*, 5> kServerWords{"availability_zone", "config_drive", "key_name", "networks",
                                                  "user_data"};

const std::map<std::string, std::string>& known_settings() {
  static const std::map<std::string, std::string> kKnown = [] {
    std::map<std::string, std::string> known{{"port", ""}, {"volume_type", ""}, {"volume_zone", ""}};
    for (const char* word : kServerWords) known[word] = "";
    return known;
  }();
  return kKnown;
}

bool take_ports(std::string_view text, GroupRule& rule) {
  const auto dash = std::min(text.find('-'), text.size());
  const auto first = port_of(text.substr(0, dash));
  const auto last = dash == text.size() ? first : port_of(text.substr(dash + 1));
  if (!first || !last || *last < *first) return false;
  rule.first = *first;
  rule.last = *last;
  return true;
}

// "tcp 22 from 10.0.0.0/8"
std::optional<GroupRule> rule_of(std::string_view text) {
  const auto words = split(text, ' ');
  GroupRule rule;
  std::size_t at = 1;
  constexpr std::array<std::string_view, 4> kProtocols{"tcp", "udp", "icmp", "any"};
  if (words.empty() || std::ranges::find(kProtocols, words[0]) == kProtocols.end()) return std::nullopt;
  if (words[0] != "any") rule.protocol = words[0];
  const bool has_ports = rule.protocol == "tcp" || rule.protocol == "udp";
  if (has_ports && at < words.size() && words[at] != "from" && !take_ports(words[at++], rule)) return std::nullopt;
  if (at == words.size()) return rule;
  if (words.size() != at + 2 || words[at] != "from") return std::nullopt;
  const auto prefix = IpPrefix::parse(words[at + 1]);
  if (!prefix) return std::nullopt;
  rule.from = prefix->to_string();
  rule.v6 = !prefix->address.is_v4();
  return rule;
}

Result<std::uint16_t> port_in(const std::map<std::string, std::string>& words) {
  const auto found = words.find("port");
  if (found == words.end()) return 80;
  if (const auto port = port_of(found->second)) return *port;
  return fail(ErrorCode::denied, "estate: port is '" + found->second + "', should be a number from 1 to 65535");
}

std::string meaning(const WordTable& table, const std::string& word) {
  const auto found = table.find(word);
  return found == table.end() ? word : found->second;
}

WordTable all_securities(const EstateSettings& settings) {
  WordTable all = settings.groups;
  for (const auto& [word, rules] : settings.rules) all.emplace(word, "");
  return all;
}

void take_server_words(provision::OptionWords& words, EstateSettings& settings) {
  for (const auto& [word, nothing] : known_settings())
    if (auto text = words.text(word); !text.empty()) settings.server_words[word] = std::move(text);
}

}  // namespace

std::optional<std::vector<GroupRule>> read_group_rules(std::string_view text) {
  std::vector<GroupRule> rules;
  for (const auto each : split(text, ',')) {
    const auto rule = rule_of(each);
    if (!rule) return std::nullopt;
    rules.push_back(*rule);
    if (rule->from.empty()) {
      rules.push_back(*rule);
      rules.back().v6 = true;
    }
  }
  // As Neutron calls it, whatever it is asked for.
  for (auto& rule : rules)
    if (rule.v6 && rule.protocol == "icmp") rule.protocol = "ipv6-icmp";
  if (rules.empty()) return std::nullopt;
  return rules;
}

Result<EstateSettings> read_estate_settings(const TargetWorld& world) {
  provision::OptionWords words("estate", world.options);
  EstateSettings settings{.installation = world.installation};
  auto cloud = provision::take_openstack_words(words);
  settings.machines = words.table("machine");
  settings.images = words.table("image");
  settings.groups = words.table("security");
  for (const auto& [word, text] : words.table("rules")) {
    if (auto rules = read_group_rules(text))
      settings.rules.emplace(word, std::move(*rules));
    else
      words.complain("rules." + word, text, kRulesForm);
  }
  settings.usual = take_usual_words(words);
  settings.resizes = words.yes("resize", false);
  take_server_words(words, settings);
  take_target_traits(words, settings.traits);
  if (auto done = words.done(); !done) return fail(done.error());
  if (const auto port = port_in(settings.server_words); !port) return fail(port.error());
  auto account = provision::check_openstack_words("estate", std::move(cloud));
  if (!account) return fail(account.error());
  settings.account = std::move(*account);
  if (auto fits = provision::label_like(world.installation, "installation"); !fits) return fail(fits.error());
  if (auto fits =
          check_usual_words("estate", settings.usual, settings.machines, settings.images, all_securities(settings));
      !fits)
    return fail(fits.error());
  return settings;
}

std::string estate_refusal(const EstateSettings& settings, const Need& need) {
  if (need.count == 0 || need.count > kMostParts)
    return "an order has 1 to " + std::to_string(kMostParts) + " servers, not " + std::to_string(need.count);
  const auto whole = with_usual_words(settings.usual, need);
  if (whole.machine.empty() || (!settings.machines.empty() && !settings.machines.contains(whole.machine)))
    return no_such_word("machine type", whole.machine, settings.machines);
  if (whole.image.empty() || (!settings.images.empty() && !settings.images.contains(whole.image)))
    return no_such_word("image", whole.image, settings.images);
  const auto securities = all_securities(settings);
  if (!whole.security.empty() && !securities.empty() && !securities.contains(whole.security))
    return no_such_word("security", whole.security, securities);
  return {};
}

Result<EstatePlan> plan_estate(const EstateSettings& settings, const TargetOrder& order) {
  if (auto fits = provision::label_like(order.id, "id"); !fits) return fail(fits.error());
  if (auto why = estate_refusal(settings, order.need); !why.empty()) return fail(ErrorCode::denied, why);
  if (auto fits = only_settings("estate", order, known_settings()); !fits) return fail(fits.error());
  EstatePlan plan{.installation = settings.installation,
                  .id = order.id,
                  .need = with_usual_words(settings.usual, order.need),
                  .server_words = settings.server_words};
  for (const auto& [word, text] : order.settings) plan.server_words[word] = text;
  plan.flavor = meaning(settings.machines, plan.need.machine);
  plan.image = meaning(settings.images, plan.need.image);
  const auto take = [&](const char* word) {
    auto taken = plan.server_words.extract(word);
    return taken.empty() ? std::string() : taken.mapped();
  };
  const auto port = port_in(plan.server_words);
  if (!port) return fail(port.error());
  plan.port = *port;
  take("port");
  plan.volume_type = take("volume_type");
  plan.volume_zone = take("volume_zone");
  return plan;
}

}  // namespace harbinger::orchestrate
