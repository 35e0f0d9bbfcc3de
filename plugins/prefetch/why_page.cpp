#include "plugins/prefetch/why_page.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace harbinger::prefetch {

namespace {

std::string number(double value, const char* form = "%.4f") {
  std::array<char, 40> text;
  const auto size = std::snprintf(text.data(), text.size(), form, value);
  return {text.data(), static_cast<std::size_t>(size)};
}

// RFC 8259 sec. 7.
std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.append({'\\', c});
    } else if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e) {
      std::array<char, 8> code;
      std::snprintf(code.data(), code.size(), "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
      out += code.data();
    } else {
      out += c;
    }
  }
  return out + '"';
}

template <class Range, class Show>
std::string list(const Range& range, Show show) {
  std::string out = "[";
  for (const auto& each : range) out.append(out.size() > 1 ? "," : "").append(show(each));
  return out + "]";
}

std::string guess_json(const Guess& guess) {
  return "{\"next\":" + number(guess.next) + ",\"soon\":" + number(guess.soon) +
         ",\"in_ms\":" + std::to_string(guess.in_ms) + "}";
}

void put_terms(const WhyReport& report, std::string& out) {
  const auto& explanation = report.why.explanation;
  out += "terms (evidence is what was seen, decayed; says is the probability of this term alone):\n";
  if (explanation.terms.empty()) out += "  none: nothing is known that speaks for it\n";
  for (const auto& term : explanation.terms)
    out += "  " + escape_for_log(term.name) + ": " + escape_for_log(term.context) + "; evidence " +
           number(term.evidence, "%.2f") + ", says " + number(term.says) + ", weight " + number(term.weight, "%.3f") +
           "\n";
  if (explanation.guess.resource == 0)
    out += "result: no candidate for this client at present\n";
  else
    out += "result: next " + number(explanation.guess.next) + ", soon " + number(explanation.guess.soon) +
           ", usually in " + std::to_string(explanation.guess.in_ms) + " ms\n";
}

void put_hints(const WhyReport& report, std::string& out) {
  out += "hints after " + (report.current.empty() ? std::string("(nothing)") : escape_for_log(report.current)) +
         " (floor " + number(report.choice.floor, "%.2f") + ", at most " + std::to_string(report.choice.most) +
         ", pressure " + number(report.pressure, "%.2f") + "):\n";
  if (report.choice.count == 0) out += "  none: nothing is known to follow\n";
  for (std::size_t i = 0; i < report.choice.count; ++i) {
    const auto& candidate = report.choice.candidates[i];
    out +=
        "  " + escape_for_log(candidate.successor.text) + ": soon " + number(candidate.successor.soon) + ", " +
        (candidate.held == Held::no ? std::string("hinted") : "held back: " + std::string(to_string(candidate.held))) +
        "\n";
  }
}

std::string limit(double left) { return std::isinf(left) ? "no limit" : number(left, "%.0f"); }

std::string left_text(const char* whose, const TokenBudget::Left& left) {
  return std::string("  ") + whose + ": requests " + limit(left.requests) + ", octets " + limit(left.bytes) + "\n";
}

// JSON has no infinity.
std::string left_json(const TokenBudget::Left& left) {
  const auto value = [](double number_left) { return std::isinf(number_left) ? "null" : number(number_left, "%.1f"); };
  return "{\"requests\":" + value(left.requests) + ",\"bytes\":" + value(left.bytes) + "}";
}

}  // namespace

std::string as_text(const WhyReport& report) {
  std::string out = "resource: " + escape_for_log(report.name) + "\nclient: " + escape_for_log(report.client) +
                    "\nmode: " + report.mode + "\nrecent:";
  for (const auto& recent : report.why.explanation.recent) out += " " + escape_for_log(recent);
  if (report.why.explanation.recent.empty()) out += " nothing is remembered of this client today";
  out += "\n";
  put_terms(report, out);
  out += "likeliest next of this client:\n";
  for (const auto& [text, guess] : report.why.likeliest)
    out += "  " + escape_for_log(text) + ": next " + number(guess.next) + ", soon " + number(guess.soon) + "\n";
  put_hints(report, out);
  out += "budgets left:\n" + left_text("this client", report.client_left) +
         left_text("this resource", report.resource_left) + left_text("all", report.global_left);
  out += "model: first guess right in " + number(report.state.model_rate * 100, "%.1f") + " % of " +
         std::to_string(report.state.judged) + " steps of the last hour; a Markov chain in " +
         number(report.state.markov_rate * 100, "%.1f") + " %\n";
  return out;
}

std::string as_json(const WhyReport& report) {
  const auto& explanation = report.why.explanation;
  std::string hints = "[";
  for (std::size_t i = 0; i < report.choice.count; ++i) {
    const auto& candidate = report.choice.candidates[i];
    hints += std::string(i ? "," : "") + "{\"resource\":" + json_text(candidate.successor.text) +
             ",\"next\":" + number(candidate.successor.next) + ",\"soon\":" + number(candidate.successor.soon) +
             ",\"verdict\":" + json_text(to_string(candidate.held)) + "}";
  }
  hints += "]";
  return "{\"name\":" + json_text(report.name) + ",\"client\":" + json_text(report.client) +
         ",\"mode\":" + json_text(report.mode) +
         ",\"recent\":" + list(explanation.recent, [](const auto& each) { return json_text(each); }) +
         ",\"guess\":" + (explanation.guess.resource ? guess_json(explanation.guess) : "null") + ",\"terms\":" +
         list(explanation.terms,
              [](const auto& term) {
                return "{\"name\":" + json_text(term.name) + ",\"context\":" + json_text(term.context) +
                       ",\"evidence\":" + number(term.evidence) + ",\"says\":" + number(term.says) +
                       ",\"weight\":" + number(term.weight) + "}";
              }) +
         ",\"likeliest\":" +
         list(report.why.likeliest,
              [](const auto& each) {
                return "{\"resource\":" + json_text(each.first) + ",\"next\":" + number(each.second.next) +
                       ",\"soon\":" + number(each.second.soon) + "}";
              }) +
         ",\"current\":" + json_text(report.current) + ",\"hints\":" + hints +
         ",\"floor\":" + number(report.choice.floor) + ",\"pressure\":" + number(report.pressure) +
         ",\"budgets\":{\"client\":" + left_json(report.client_left) +
         ",\"resource\":" + left_json(report.resource_left) + ",\"global\":" + left_json(report.global_left) +
         "},\"model\":{\"steps\":" + std::to_string(report.state.judged) +
         ",\"hit_rate\":" + number(report.state.model_rate) +
         ",\"markov_hit_rate\":" + number(report.state.markov_rate) +
         ",\"below_markov\":" + (report.state.below_markov ? "true" : "false") + "}}\n";
}

}  // namespace harbinger::prefetch
