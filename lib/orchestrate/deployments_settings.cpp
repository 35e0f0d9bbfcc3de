#include "orchestrate/deployments_settings.h"

#include <algorithm>
#include <utility>

#include "orchestrate/setting_texts.h"
#include "provision/kubernetes_settings.h"
#include "provision/option_words.h"

namespace harbinger::orchestrate {

namespace {

constexpr std::string_view kSizeForm = "such as '2 cpus 4096 MiB'";
constexpr std::string_view kImageForm = "such as 'registry.example/web:1 port 8080 health /ready'";
constexpr std::string_view kEntranceForm = "label, closed, 'namespace ports 80,443' or 'anyone ports 80,443'";

std::optional<std::vector<std::uint16_t>> ports_of(std::string_view text) {
  std::vector<std::uint16_t> ports;
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    const auto port = port_of(text.substr(0, end));
    if (!port) return std::nullopt;
    ports.push_back(*port);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return ports;
}

// Reads each value of a table with `read`; one that is wrong is told of by `words`.
template <class Value>
std::map<std::string, Value> values_of(provision::OptionWords& words, const std::string& table,
                                       std::optional<Value> (*read)(std::string_view), std::string_view form,
                                       WordTable& as_written) {
  std::map<std::string, Value> values;
  as_written = words.table(table);
  for (const auto& [word, text] : as_written) {
    if (auto value = read(text))
      values.emplace(word, std::move(*value));
    else
      words.complain(table + "." + word, text, form);
  }
  return values;
}

template <class Value>
std::string refusal_of(std::string_view what, const std::string& word, const std::map<std::string, Value>& values,
                       const WordTable& as_written) {
  if (values.contains(word)) return {};
  return no_such_word(what, word, as_written);
}

}  // namespace

std::optional<ContainerImage> read_container_image(std::string_view text) {
  const auto words = split(text, ' ');
  if (words.empty() || words.size() % 2 == 0) return std::nullopt;
  ContainerImage image{.reference = std::string(words[0])};
  for (std::size_t at = 1; at < words.size(); at += 2) {
    const auto port = words[at] == "port" ? port_of(words[at + 1]) : std::nullopt;
    if (port)
      image.port = *port;
    else if (words[at] == "health" && words[at + 1].starts_with('/'))
      image.health = words[at + 1];
    else
      return std::nullopt;
  }
  return image;
}

std::optional<Entrance> read_entrance(std::string_view text) {
  static const std::map<std::string_view, Entrance::Who> kWho{{"label", Entrance::Who::label},
                                                              {"closed", Entrance::Who::closed},
                                                              {"namespace", Entrance::Who::name_space},
                                                              {"anyone", Entrance::Who::anyone}};
  const auto words = split(text, ' ');
  const auto who = kWho.find(words.empty() ? std::string_view() : words[0]);
  if (who == kWho.end()) return std::nullopt;
  Entrance entrance{.who = who->second};
  if (words.size() == 1) return entrance;
  const bool takes_ports = entrance.who == Entrance::Who::name_space || entrance.who == Entrance::Who::anyone;
  if (words.size() != 3 || words[1] != "ports" || !takes_ports) return std::nullopt;
  auto ports = ports_of(words[2]);
  if (!ports) return std::nullopt;
  entrance.ports = std::move(*ports);
  return entrance;
}

Result<DeploymentsSettings> read_deployments_settings(const TargetWorld& world) {
  provision::OptionWords words("deployments", world.options);
  DeploymentsSettings settings;
  auto cluster = provision::take_cluster_words(words);
  settings.machines = values_of(words, "machine", read_machine_size, kSizeForm, settings.machine_words);
  settings.images = values_of(words, "image", read_container_image, kImageForm, settings.image_words);
  settings.securities = values_of(words, "security", read_entrance, kEntranceForm, settings.security_words);
  settings.usual = take_usual_words(words);
  take_target_traits(words, settings.traits);
  if (auto done = words.done(); !done) return fail(done.error());
  auto api = provision::check_cluster_words("deployments", std::move(cluster), world.installation);
  if (!api) return fail(api.error());
  settings.api = std::move(*api);
  settings.api.rights = "docs/targets.md";
  if (auto fits = check_usual_words("deployments", settings.usual, settings.machine_words, settings.image_words,
                                    settings.security_words);
      !fits)
    return fail(fits.error());
  return settings;
}

std::string deployments_refusal(const DeploymentsSettings& settings, const Need& need) {
  if (settings.machines.empty() && settings.images.empty()) return {};
  const auto whole = with_usual_words(settings.usual, need);
  if (need.count == 0 || need.count > kMostParts)
    return "a Deployment has 1 to " + std::to_string(kMostParts) + " parts, not " + std::to_string(need.count);
  auto why = refusal_of("machine type", whole.machine, settings.machines, settings.machine_words);
  if (why.empty()) why = refusal_of("image", whole.image, settings.images, settings.image_words);
  if (why.empty() && !whole.security.empty())
    why = refusal_of("security", whole.security, settings.securities, settings.security_words);
  return why;
}

}  // namespace harbinger::orchestrate
