#include "persona/share_reader.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/calendar.h"
#include "persona/share_queue.h"

namespace harbinger::persona {

namespace {

// As many as an engine asks at a time: none waits here while what was published after it goes out.
constexpr std::size_t kMostUnderWay = std::size_t{1} << 16;

}  // namespace

ShareReader::ShareReader(std::string prefix, std::uint64_t publisher, std::size_t most, const Clock& clock,
                         const Logger& log)
    : prefix_(std::move(prefix)), publisher_(publisher), most_(most), clock_(clock), log_(log) {}

UnixMillis ShareReader::calendar() const { return calendar_ms(clock_); }

void ShareReader::look_up(std::vector<Question> questions, RedisLink& link) {
  std::ranges::move(questions, std::back_inserter(waiting_));
  advance(link);
}

void ShareReader::advance(RedisLink& link) {
  if (!link.ready()) return lost();
  while (!waiting_.empty() && under_way_ < kMostUnderWay) {
    Question question = std::move(waiting_.front());
    waiting_.pop_front();
    ask(std::move(question), link);
  }
  while (waiting_.size() > most_) {
    const Question question = std::move(waiting_.front());
    waiting_.pop_front();
    question.done({});
  }
}

void ShareReader::lost() {
  for (const Question& question : std::exchange(waiting_, {})) question.done({});
}

void ShareReader::ask(Question question, RedisLink& link) {
  const std::string client = hex_of(question.client);
  const std::string assignment = prefix_ + "a:" + client, profile = prefix_ + "c:" + client;
  ++under_way_;
  link.commands()->send(
      {"MGET", assignment, profile},
      [this, question = std::move(question)](const redisReply* reply) {
        --under_way_;
        question.done(known(question.client, reply));
      },
      clock_.now());
}

Share::Known ShareReader::known(ClientKey client, const redisReply* reply) const {
  Share::Known known;
  if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != 2) return known;
  if (const auto value = open_value(ValueKind::assignment, text_of(reply->element[0]))) {
    const auto assignment = decode_assignment(value->body);
    if (assignment && assignment->client == client && assignment->expires > calendar()) known.assignment = assignment;
  }
  if (const auto value = open_value(ValueKind::profile, text_of(reply->element[1])))
    known.profile.assign(value->body.begin(), value->body.end());
  return known;
}

void ShareReader::read_tables(RedisLink& link) {
  if (watchers_.empty() || !link.ready()) return;
  link.commands()->send(
      {"SMEMBERS", prefix_ + "names"},
      [this, &link](const redisReply* reply) {
        if (!reply || reply->type != REDIS_REPLY_ARRAY) return;
        for (std::size_t i = 0; i < std::min(reply->elements, ShareQueue::kMostTables); ++i)
          if (const auto name = text_of(reply->element[i]); is_table_name(name)) read_table(std::string(name), link);
      },
      clock_.now());
}

void ShareReader::read_table(const std::string& name, RedisLink& link) {
  if (!link.ready()) return;
  link.commands()->send(
      {"GET", prefix_ + "t:" + name}, [this, name](const redisReply* reply) { table(name, text_of(reply)); },
      clock_.now());
}

void ShareReader::pushed(std::string_view channel, std::string_view text, RedisLink& link) {
  if (watchers_.empty()) return;
  if (channel == prefix_ + "assigned") return assigned(text);
  const auto news = decode_table_news(text);
  if (news && news->publisher != publisher_) read_table(std::string(news->name), link);
}

void ShareReader::newer(ValueKind kind, const std::string& name, std::string_view value) {
  if (kind == ValueKind::assignment) assigned(value);
  if (kind == ValueKind::table) table(name, value);
}

void ShareReader::assigned(std::string_view value) {
  const auto opened = open_value(ValueKind::assignment, value);
  if (!opened || opened->publisher == publisher_) return;
  if (const auto assignment = decode_assignment(opened->body)) watchers_.assigned(*assignment);
}

void ShareReader::table(const std::string& name, std::string_view value) {
  if (value.empty()) return;
  const auto opened = open_value(ValueKind::table, value);
  if (!opened) return log_.warning("table", "the table " + name + " in Redis is damaged; it is passed over");
  if (opened->publisher != publisher_) watchers_.table(name, opened->stamp, opened->body);
}

}  // namespace harbinger::persona
