// harbinger-replay --orchestrate as a process: logs of control planes, arrivals, made-up users, and what is none of these.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "server/replay/act_log.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::test;
using Catch::Matchers::Contains;
using Json = nlohmann::json;

namespace {

const std::string kProgram = HARBINGER_BINARY_DIR "/server/harbinger-replay";

struct Ran {
  int exit_code;
  std::string output;
};

Ran replays(std::vector<std::string> flags, const std::filesystem::path& folder = ".") {
  flags.insert(flags.begin(), {kProgram, "--orchestrate"});
  Process::Options options;
  options.directory = folder;
  Process process(std::move(flags), options);
  const auto ending = process.wait(std::chrono::seconds(100));
  return {ending ? ending->exit_code : -2, process.output()};
}

// A record as CloudTrail has them, so many seconds after ten.
std::string record(int second, const std::string& user, const std::string& name, const std::string& id) {
  char time[32];
  std::snprintf(time, sizeof time, "2024-05-06T10:%02d:%02dZ", second / 60, second % 60);
  return R"({"eventTime":")" + std::string(time) + R"(","eventSource":"ec2.amazonaws.com","eventName":")" + name +
         R"(","awsRegion":"eu-west-1","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::1:user/)" + user +
         R"(","userName":")" + user + R"("},"readOnly":true,"eventID":")" + id + "\"}\n";
}

// Two users who look at three kinds of things in turn, and tell of it out of order.
std::string log_of_users(int rounds) {
  std::string log;
  for (int i = 0; i < rounds; ++i)
    for (const auto* user : {"eve", "adam"}) {
      const auto* name = i % 3 == 0 ? "DescribeInstances" : i % 3 == 1 ? "DescribeVolumes" : "DescribeImages";
      log = record(10 * i, user, name, user + std::to_string(i)) + log;
    }
  return log;
}

}  // namespace

TEST_CASE("acts of a log are put in the order of time, told once, and are whose they are") {
  const Scratch scratch;
  const auto file =
      scratch.write("trail.json", log_of_users(6) + record(50, "eve", "DescribeImages", "eve5") + "{oh\n");
  std::ostringstream told;
  replay::Complaints complaints(told);
  replay::ActLog log;
  const auto format = orchestrate::make_activity_format("cloudtrail");
  REQUIRE(format);
  REQUIRE(replay::read_acts({file.string()}, **format, complaints, log));
  CHECK(log.acts.size() == 12);
  CHECK(log.repeated == 1);
  CHECK(log.actors.size() == 2);
  CHECK(log.whats.size() == 3);
  CHECK(std::ranges::is_sorted(log.acts, {}, &replay::ActLog::Act::at));
  CHECK_THAT(told.str(), Contains(":14: "));
  const auto feed = acts_of_actors(log, 4, 1'800'000);
  CHECK(feed.streams.size() == 2);
  CHECK(feed.steps[0].begins);
  CHECK(feed.steps[1].begins);
  CHECK_FALSE(feed.steps[2].begins);
  CHECK(feed.steps[2].cue.made == feed.steps[2].at - 10'000);
  // With shorter pauses allowed everything begins anew.
  for (const auto& step : acts_of_actors(log, 4, 5'000).steps) CHECK(step.begins);
  const auto all = acts_of_all(log, 4, 1'800'000);
  CHECK(all.streams.size() == 1);
  CHECK(std::ranges::count_if(all.steps, &replay::NextStep::begins) == 1);
}

TEST_CASE("a log of CloudTrail is judged by actor and as a whole, with repeats and without") {
  const Scratch scratch;
  scratch.write("trail.json", log_of_users(150));
  const auto ran = replays({"--format", "cloudtrail", "trail.json", "--json", "out.json"}, scratch.path());
  INFO(ran.output);
  REQUIRE(ran.exit_code == 0);
  for (const auto* words : {"next act of an actor: 3 words, 2 streams, 60 of 300 judged", "other than the last",
                            "next act in the log: 3 words, 1 stream", "oracle (came before)"})
    CHECK_THAT(ran.output, Contains(words));
  const auto json = Json::parse(read_text(scratch / "out.json"));
  REQUIRE(json["next"].size() == 4);
  CHECK(json["next"][0]["models"]["markov1"]["top1"] == 1);
  CHECK(json["next"][0]["models"]["popularity"]["top1"] < 0.5);
  CHECK(json["next"][0]["seen"] == 1);
}

TEST_CASE("arrivals are learnt from in one file and judged in another") {
  const Scratch scratch;
  std::string rows;
  for (int i = 1; i <= 40; ++i) rows += std::to_string(300 * i) + " a,a,|,b,|,\n";
  scratch.write("train.txt", rows);
  scratch.write("dev.txt", "300 a,a,|,b,|,\n600 a,a,|,b,|,\n");
  const auto ran = replays({"--format", "azure-arrivals", "--train", "train.txt", "--test", "dev.txt", "--json", "-"},
                           scratch.path());
  INFO(ran.output);
  REQUIRE(ran.exit_code == 0);
  const auto json = Json::parse(ran.output);
  REQUIRE(json["next"].size() == 4);
  CHECK(json["next"][0]["judged"] == 6);
  CHECK(json["next"][1]["judged"] == 10);
  CHECK(json["next"][2]["judged"] == 4);
  CHECK(json["next"][2]["models"]["markov1"]["top1"] == 1);
  CHECK(json["next"][3]["models"]["markov1"]["top1"] == 1);
}

TEST_CASE("any trace can be judged so, with clients as streams") {
  const Scratch scratch;
  std::string csv = "client,resource\n";
  for (int i = 0; i < 60; ++i) csv += "c" + std::to_string(i % 2) + "," + (i / 2 % 2 == 0 ? "x" : "y") + "\n";
  scratch.write("trace.csv", csv);
  const auto ran = replays({"--format", "csv", "trace.csv"}, scratch.path());
  INFO(ran.output);
  REQUIRE(ran.exit_code == 0);
  CHECK_THAT(ran.output, Contains("next resource of a client: 2 words, 2 streams, 12 of 60 judged"));
}

TEST_CASE("made-up users give tables, JSON and a picture, the same each time", "[long]") {
  const Scratch scratch;
  const std::vector<std::string> flags{"--synthetic", "users",  "--users",  "24",      "--seed",
                                       "3",           "--json", "out.json", "--plots", "plots"};
  const auto ran = replays(flags, scratch.path());
  REQUIRE(ran.exit_code == 0);
  for (const auto* words : {"24 users", "known by construction", "that nothing tells of", "oracle, at acts", "markov"})
    CHECK_THAT(ran.output, Contains(words));
  const auto json = Json::parse(read_text(scratch / "out.json"));
  REQUIRE(json["scenes"].size() == 3);
  for (const auto& scene : json["scenes"]) {
    CHECK(scene["oracle"]["at_any_time"]["ready"] == 1);
    CHECK(scene["oracle"]["at_any_time"]["idle_s"] == 0);
    CHECK(scene["oracle"]["at_acts"]["ready"] > 0.8);
    for (const auto& point : scene["policies"]["reactive"]["points"]) {
      CHECK(point["ready"] == 0);
      CHECK(point["made"] == 0);
      CHECK(point["paid_on_top"].get<double>() == Approx(0).margin(1e-9));
    }
    // Where a wait is worth more, no policy makes less ahead.
    for (const auto* policy : {"last_used", "popularity", "markov"}) {
      double before = 0;
      for (const auto& point : scene["policies"][policy]["points"]) {
        CHECK(point["idle_s"].get<double>() >= before - 1);
        before = point["idle_s"];
      }
    }
  }
  CHECK_THAT(read_text(scratch / "plots" / "orchestrate.svg"), Contains("<svg") && Contains(">oracle, at acts</text>"));
  const auto again = replays(flags, scratch.path());
  CHECK(Json::parse(read_text(scratch / "out.json"))["scenes"][0]["oracle"] == json["scenes"][0]["oracle"]);
}

TEST_CASE("what --orchestrate cannot do is told with what would be right") {
  const Scratch scratch;
  scratch.write("empty.json", "");
  scratch.write("trail.json", log_of_users(3));
  const auto wrong = [&](std::vector<std::string> flags, int code, const std::string& words) {
    const auto ran = replays(std::move(flags), scratch.path());
    INFO(ran.output);
    CHECK(ran.exit_code == code);
    CHECK_THAT(ran.output, Contains(words));
  };
  wrong({"--format", "cloudtrail", "empty.json"}, 1, "nothing to judge in empty.json");
  wrong({"--format", "cloudtrail", "nowhere.json"}, 1, "nowhere.json");
  wrong({"--format", "cloudtrial", "trail.json"}, 1, "cloudtrial");
  wrong({"--format", "json", "--columns", "actor", "trail.json"}, 1, "actor");
  wrong({"--format", "series", "trail.json"}, 2, "--format series takes --forecast or --provision");
  wrong({"--synthetic", "day"}, 2, "--orchestrate takes files");
  wrong({"--synthetic", "users", "--forecast"}, 2, "no other question");
  wrong({"--synthetic", "users", "--horizon", "soon"}, 2, "--horizon: expected a span of time");
  wrong({}, 2, "expected a trace");
}
