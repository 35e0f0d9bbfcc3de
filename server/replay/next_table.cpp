#include <nlohmann/json.hpp>

#include "server/replay/columns.h"
#include "server/replay/next_judge.h"

namespace harbinger::replay {

namespace {

constexpr const char* kOurs = "harbinger";

std::string head_of(const NextScores& scores) {
  return "\n" + scores.title + ": " + std::to_string(scores.words) + " words, " + std::to_string(scores.streams) +
         (scores.streams == 1 ? " stream, " : " streams, ") + std::to_string(scores.judged) + " of " +
         std::to_string(scores.steps) + " judged\n";
}

std::vector<std::string> row(const NextScores& scores, const NextScore& score) {
  return {score.name,
          percent(score.ranking.top(1)),
          percent(score.ranking.top(5)),
          decimal(score.log_loss(), 4),
          decimal(score.first.error(), 3),
          decimal(scores.steps > 0 ? 1e6 * score.seconds / static_cast<double>(scores.steps) : 0, 2)};
}

std::string points(double ours, double other) {
  const double apart = 100 * (ours - other);
  return (apart < 0 ? "" : "+") + decimal(apart, 1) + " points";
}

// What the figures ask for.
std::string comparison(const NextScores& scores) {
  const auto *ours = scores.of(kOurs), *right = scores.best_simple(false), *sure = scores.best_simple(true),
             *ppm = scores.of("ppm2_online");
  if (ours == nullptr || right == nullptr || scores.judged == 0) return {};
  std::string out = "harbinger: " + points(ours->ranking.top(1), right->ranking.top(1)) + " over " + right->name;
  if (ppm != nullptr) out += ", " + points(ours->ranking.top(1), ppm->ranking.top(1)) + " over ppm2_online";
  if (sure->loss > 0)
    out += "; log-loss " + decimal(100 * (ours->loss / sure->loss - 1), 1) + " % against " + sure->name;
  return out + '\n';
}

std::string table_of(const NextScores& scores) {
  Columns table({"", "top-1 %", "top-5 %", "log-loss", "ECE", "CPU us/step"});
  for (const auto& score : scores.scores) table.add(row(scores, score));
  table.add({"oracle (came before)", percent(scores.seen), percent(scores.seen)});
  return head_of(scores) + table.text() + comparison(scores);
}

nlohmann::ordered_json json_of(const NextScores& scores) {
  nlohmann::ordered_json out = {{"title", scores.title},
                                {"words", scores.words},
                                {"streams", scores.streams},
                                {"steps", scores.steps},
                                {"judged", scores.judged},
                                {"seen", scores.seen},
                                {"models", nlohmann::ordered_json::object()}};
  for (const auto& score : scores.scores)
    out["models"][score.name] = {{"top1", score.ranking.top(1)},
                                 {"top5", score.ranking.top(5)},
                                 {"log_loss", score.log_loss()},
                                 {"ece", score.first.error()},
                                 {"cpu_seconds", score.seconds}};
  return out;
}

}  // namespace

std::string to_table(const NextResults& results) {
  std::string out = results.trace + ": " + results.protocol + '\n';
  for (const auto& feed : results.feeds) out += table_of(feed);
  return out;
}

std::string to_json(const NextResults& results) {
  nlohmann::ordered_json out = {
      {"trace", results.trace}, {"protocol", results.protocol}, {"next", nlohmann::ordered_json::array()}};
  for (const auto& feed : results.feeds) out["next"].push_back(json_of(feed));
  return out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace harbinger::replay
