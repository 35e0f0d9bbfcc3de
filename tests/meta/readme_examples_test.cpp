// Every example in a plugin's README is a configuration that works.
#include <catch2/catch.hpp>

#include <csignal>
#include <map>
#include <regex>
#include <sstream>

#include "tests/support/dns_client.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

namespace harbinger::test {
namespace {

namespace fs = std::filesystem;

const fs::path kPlugins = fs::path(HARBINGER_SOURCE_DIR) / "plugins";

struct Example {
  fs::path folder;
  int line = 0;
  std::string text;
};

// Fenced blocks without a language, or marked `harbingerfile`, are whole configurations.
std::vector<Example> examples_of(const fs::path& readme) {
  std::vector<Example> found;
  std::istringstream text(read_text(readme));
  bool inside = false, ours = false;
  int number = 0;
  for (std::string line; std::getline(text, line);) {
    ++number;
    if (!line.starts_with("```")) {
      if (inside && ours) found.back().text += line + '\n';
      continue;
    }
    inside = !inside;
    ours = line == "```" || line == "```harbingerfile";
    if (inside && ours) found.push_back({readme.parent_path(), number, ""});
  }
  return found;
}

std::vector<Example> all_examples() {
  std::vector<Example> all;
  for (const auto& folder : fs::directory_iterator(kPlugins))
    for (auto& example : examples_of(folder.path() / "README.md")) all.push_back(std::move(example));
  return all;
}

// The same configuration on ports that are free here; equal numbers stay equal.
std::string on_free_ports(const std::string& text, std::uint16_t default_port) {
  static const std::regex port(R"(:([0-9]{2,5})\b)");
  std::map<std::string, std::uint16_t> replacement{{"53", default_port}};
  std::string result;
  auto from = text.begin();
  for (std::sregex_iterator match(text.begin(), text.end(), port), end; match != end; ++match) {
    const auto number = (*match)[1].str();
    if (!replacement.contains(number)) replacement[number] = free_port();
    result.append(from, (*match)[1].first).append(std::to_string(replacement[number]));
    from = (*match)[1].second;
  }
  return result.append(from, text.end());
}

// A copy of the plugin's folder, so that files next to the README are found and nothing is left behind.
fs::path place(const Scratch& scratch, const Example& example, const std::string& text) {
  fs::copy(example.folder, scratch.path(), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  return scratch.write("Harbingerfile", text);
}

std::string title_of(const Example& example) {
  return example.folder.filename().string() + "/README.md:" + std::to_string(example.line);
}

}  // namespace

TEST_CASE("every example in a plugin's README passes -check") {
  for (const auto& example : all_examples()) {
    Scratch scratch;
    Process check({HARBINGER_DAEMON, "-check", "-conf", place(scratch, example, example.text)});
    const auto ending = check.wait();
    INFO(title_of(example) << "\n" << check.output());
    REQUIRE(ending);
    CHECK(ending->exit_code == 0);
  }
}

TEST_CASE("every example in a plugin's README starts, listens and ends when told") {
  for (const auto& example : all_examples()) {
    Scratch scratch;
    const auto port = free_port();
    const auto config = place(scratch, example, on_free_ports(example.text, port));
    Process server({HARBINGER_DAEMON, "-conf", config, "-dns.port", std::to_string(port)});
    wait_until([&] { return !server.running() || server.output().find("listening") != std::string::npos; });
    INFO(title_of(example) << "\n" << server.output());
    REQUIRE(server.running());
    server.signal(SIGTERM);
    const auto ending = server.wait();
    REQUIRE(ending);
    CHECK(ending->exit_code == 0);
  }
}

}  // namespace harbinger::test
