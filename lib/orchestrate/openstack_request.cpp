#include "orchestrate/openstack_request.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "persona/log_times.h"

namespace harbinger::orchestrate {

namespace {

using persona::parse_number;

bool is_digit(char each) { return each >= '0' && each <= '9'; }
bool is_hex(char each) { return is_digit(each) || (each >= 'a' && each <= 'f') || (each >= 'A' && each <= 'F'); }

// "v2.1", "v3".
bool is_version(std::string_view step) { return step.size() >= 2 && step[0] == 'v' && is_digit(step[1]); }

// Resources are called by words, things by ids: UUIDs, with or without dashes, and numbers.
bool is_id(std::string_view step) {
  const auto digits = std::ranges::count_if(step, is_digit);
  if (digits == static_cast<std::ptrdiff_t>(step.size())) return true;
  return step.size() >= 16 && std::ranges::all_of(step, [](char each) { return is_hex(each) || each == '-'; });
}

// Words that may follow the name of a collection, where else one of its things is named, by an id or by a name of somebody's choosing.
bool follows_a_collection(std::string_view step) {
  constexpr std::array<std::string_view, 10> kWords{"detail", "summary",   "defaults", "default", "action",
                                                    "tokens", "listeners", "pools",    "members", "loadbalancers"};
  return step.starts_with("os-") || std::ranges::find(kWords, step) != kWords.end();
}

struct Path {
  std::string kind;
  bool ends_in_id = false;
};

// Collections and their things take turns: "/compute/v2.1/54fadb.../servers/web-1/action?x" is "servers/action".
Path read_path(std::string_view text) {
  Path path;
  text = text.substr(0, text.find('?'));
  bool in_collection = false;
  for (std::size_t place = 0; !text.empty(); ++place) {
    text.remove_prefix(1);
    auto step = text.substr(0, text.find('/'));
    text.remove_prefix(step.size());
    if (step.ends_with(".json")) step.remove_suffix(5);
    const bool version = place < 2 && is_version(step);
    if (version) {  // before it: a proxy's name for the service
      path.kind.clear();
      in_collection = false;
    }
    if (version || step.empty() || (path.kind.empty() && is_id(step))) continue;  // an id: the project that asks
    path.ends_in_id = is_id(step) || (in_collection && !follows_a_collection(step));
    in_collection = !path.ends_in_id;
    if (!path.ends_in_id) (path.kind += path.kind.empty() ? "" : "/") += step;
  }
  return path;
}

std::string_view verb_of(std::string_view method, const Path& path) {
  if (method == "GET" || method == "HEAD") return path.ends_in_id ? "show" : "list";
  if (method == "POST") return path.kind.ends_with("/action") ? "act" : "create";
  if (method == "PUT" || method == "PATCH") return "update";
  return method == "DELETE" ? "delete" : "";
}

ActivityOutcome outcome_of(int status) {
  if (status == 401 || status == 403) return ActivityOutcome::denied;
  if (status == 413 || status == 429) return ActivityOutcome::throttled;
  return status >= 400 ? ActivityOutcome::failed : ActivityOutcome::succeeded;
}

// The number behind a word, up to the next space or comma.
std::optional<double> number_after(std::string_view text, std::string_view word) {
  const auto at = text.find(word);
  if (at == std::string_view::npos) return std::nullopt;
  auto rest = text.substr(at + word.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  const auto number = parse_number<double>(rest.substr(0, rest.find_first_of(" ,")));
  return number && std::isfinite(*number) && *number >= 0 ? number : std::nullopt;
}

std::string_view word_at(std::string_view text, std::size_t place) {
  for (std::size_t i = 0;; ++i) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const auto word = text.substr(0, text.find(' '));
    if (i == place || word.empty()) return word;
    text.remove_prefix(word.size());
  }
}

}  // namespace

std::optional<OpenStackRequest> read_openstack_request(std::string_view message) {
  const auto open = message.find('"');
  const auto close = open == std::string_view::npos ? open : message.find('"', open + 1);
  if (close == std::string_view::npos) return std::nullopt;
  const auto line = message.substr(open + 1, close - open - 1);
  const auto target = word_at(line, 1), behind = message.substr(close + 1);
  if (!target.starts_with('/')) return std::nullopt;
  const bool labelled = behind.contains("status:");
  const auto status = labelled ? number_after(behind, "status:") : parse_number<double>(word_at(behind, 0));
  if (!status || !(*status >= 100 && *status < 1000)) return std::nullopt;
  auto path = read_path(target);
  OpenStackRequest request;
  request.verb = verb_of(word_at(line, 0), path);
  if (request.verb.empty()) return std::nullopt;
  request.kind = path.kind.empty() ? "versions" : std::move(path.kind);
  request.outcome = outcome_of(static_cast<int>(*status));
  const auto seconds = labelled ? number_after(behind, "time:") : parse_number<double>(word_at(behind, 2));
  constexpr double kMostSeconds = 3600;
  if (seconds && *seconds >= 0 && *seconds <= kMostSeconds)
    request.latency_ms = static_cast<std::uint32_t>(std::lround(*seconds * 1000));
  return request;
}

std::optional<Need> read_openstack_claim(std::string_view message) {
  const auto at = message.find("Attempting claim");
  if (at == std::string_view::npos) return std::nullopt;
  const auto claim = message.substr(at);
  const auto memory = number_after(claim, "memory "), disk = number_after(claim, "disk "),
             cpus = number_after(claim, "vcpus ");
  constexpr double kMost = 1e9;
  if (!memory || !disk || !cpus || *memory > kMost || *disk > kMost || *cpus > kMost) return std::nullopt;
  Need need;
  need.kind = "machine";
  need.machine = std::to_string(std::llround(*cpus)) + "cpu-" + std::to_string(std::llround(*memory)) + "mb";
  need.storage_gb = static_cast<std::uint32_t>(*disk);
  return need;
}

}  // namespace harbinger::orchestrate
