#include "server/ctl/plan.h"

#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "server/ctl/http_call.h"
#include "server/ctl/page.h"

namespace harbinger::ctl {
namespace {

using nlohmann::json;

const std::string kPages = "/v1/orchestration/";

PageCall call_of(const std::string& target, std::optional<std::string> posts = {}) {
  return {.target = kPages + target, .who_answers = "orchestration", .posts = std::move(posts)};
}

// What is decided is answered in JSON; people are told a sentence.
int decide(const CommandLine& line, const std::string& target, const std::string& body, const std::string& sentence) {
  return show_page(line, call_of(target, body), [&](const std::string& answer) {
    std::cout << (line.json ? answer : sentence + "\n");
    return int{kDone};
  });
}

int apply(const CommandLine& line) {
  if (line.action != "all")
    return decide(line, "approve?action=" + line.action, "{}", "action " + line.action + " is approved");
  return show_page(line, call_of("approve?action=all", "{}"), [&](const std::string& answer) {
    const auto told = json::parse(answer, nullptr, false);
    const auto count = told.is_object() ? told.value("approved", 0) : 0;
    std::cout << (line.json ? answer : "approved " + std::to_string(count) + "\n");
    return int{count > 0 ? kDone : kNothing};
  });
}

// Reasons put a `u` before it.
bool is_key(std::string_view word) {
  if (word.size() == 17 && word.starts_with('u')) word.remove_prefix(1);
  return word.size() == 16 && word.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

int label(const CommandLine& line) {
  const auto& [user, attribute, value] = line.label;
  json body{{is_key(user) ? "user" : "name", user}, {"attribute", attribute}};
  if (!value.empty()) body["value"] = value;
  const auto said = value.empty() ? user + "'s label for " + attribute + " is gone" : user + " is " + value + " now";
  return decide(line, "label", body.dump(-1, ' ', true, json::error_handler_t::replace), said);
}

}  // namespace

int run_plan(const CommandLine& line) {
  switch (line.command) {
    case Command::apply:
      return apply(line);
    case Command::deny:
      return decide(line, "deny?action=" + line.action, "{}", "action " + line.action + " is denied");
    case Command::history:
      return print_page(line, call_of("history?most=" + std::to_string(line.most)));
    case Command::why_plan:
      return print_page(line, call_of("why-plan?action=" + line.action));
    case Command::label:
      return label(line);
    default:
      return print_page(line, call_of("plan"));
  }
}

}  // namespace harbinger::ctl
