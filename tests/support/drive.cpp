#include "tests/support/drive.h"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "plugins/all.h"

namespace harbinger::test {

namespace {

config::Directive directive_of(std::string_view text) {
  const auto file = config::parse(".:0 {\n" + std::string(text) + "\n}\n", "Harbingerfile");
  if (!file) throw std::runtime_error(file.error().front().to_string());
  return file->blocks.at(0).directives.at(0);
}

using Made = std::expected<std::unique_ptr<Plugin>, config::Errors>;

Made made_from(std::string_view text) {
  const auto directive = directive_of(text);
  const auto specs = all_plugins();
  const auto spec = std::ranges::find(specs, directive.word.text, &PluginSpec::name);
  if (spec == specs.end()) throw std::runtime_error("no such plugin: " + directive.word.text);
  return spec->make(directive);
}

std::string lines_of(const config::Errors& errors) {
  std::string lines;
  for (const auto& error : errors) lines += error.to_string() + "\n";
  return lines;
}

Task<void> serve_into(std::optional<Reply>& reply, Plugin& plugin, const Query& query, Next next) {
  Reply served = co_await plugin.serve(query, next);
  reply = std::move(served);
}

}  // namespace

void RememberedLog::write(LogLevel, std::string_view line) {
  const std::lock_guard lock(mutex_);
  text_.append(line).append("\n");
}

std::string RememberedLog::text() const {
  const std::lock_guard lock(mutex_);
  return text_;
}

void RememberedAnswers::changed(const Name& name) { names.push_back(name); }

TestWorld::TestWorld() {
  context.zones = {Name()};
  context.log = Logger(log, "test");
  context.metrics = &metrics;
  context.clock = &clock;
  context.random = &system_random();
  context.answers = &answers;
  context.in_background = [](const std::function<void()>& work) { work(); };
  context.fact = [](std::string_view) { return FactId::first_custom; };
  context.ask_server = [this](std::string_view wish) {
    wishes.emplace_back(wish);
    return true;
  };
  context.siblings = [] { return std::vector<std::shared_ptr<const Plugin>>(); };
}

SocketAddress TestWorld::web_address() const {
  const auto text = log.text();
  const auto begin = text.rfind("http://") + 7;
  return SocketAddress::parse(text.substr(begin, text.find('/', begin) - begin)).value();
}

double TestWorld::metric(std::string_view name, const Labels& labels) const {
  double sum = 0;
  for (const auto& sample : metrics.collect()) {
    const auto has = [&](const auto& label) { return std::ranges::find(sample.labels, label) != sample.labels.end(); };
    if (sample.name != name || !std::ranges::all_of(labels, has)) continue;
    sum += sample.buckets.empty() ? sample.value : static_cast<double>(sample.buckets.back().second);
  }
  return sum;
}

std::unique_ptr<Plugin> make_plugin(std::string_view directive) {
  auto plugin = made_from(directive);
  if (!plugin) throw std::runtime_error(lines_of(plugin.error()));
  return std::move(*plugin);
}

std::string errors_of(std::string_view directive) {
  const auto plugin = made_from(directive);
  return plugin ? "" : lines_of(plugin.error());
}

Query question(std::string_view text, std::string_view client, Transport over) {
  const auto space = text.find(' ');
  const auto name = Name::parse(text.substr(0, space));
  const auto type = parse_type(text.substr(space + 1));
  return QueryBuilder(name.value(), type.value()).from(SocketAddress::parse(client).value()).over(over).build();
}

Reply ask(Plugin& plugin, const Query& query, std::vector<Plugin*> rest) {
  std::optional<Reply> reply;
  start(serve_into(reply, plugin, query, Next(rest)));
  if (!reply) throw std::runtime_error("the plugin waits for something");
  return std::move(*reply);
}

std::string text_of(const Reply& reply) {
  std::string text;
  for (const auto* section : {&reply.answers(), &reply.authorities(), &reply.additionals()})
    for (const auto& record : *section) text += record.to_string() + "\n";
  return text;
}

}  // namespace harbinger::test
