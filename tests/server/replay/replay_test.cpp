// harbinger-replay as a process, on the bundled trace and on what is no trace.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "server/replay/progress.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::test;
using Json = nlohmann::json;

namespace {

const std::string kProgram = HARBINGER_BINARY_DIR "/server/harbinger-replay";
const std::string kLibrary = HARBINGER_SOURCE_DIR "/examples/traces/library.log.gz";

struct Ran {
  int exit_code;
  std::string output;
};

Ran run(std::vector<std::string> command, const std::filesystem::path& folder = ".") {
  Process::Options options;
  options.directory = folder;
  Process process(std::move(command), options);
  const auto ending = process.wait(std::chrono::seconds(100));
  return {ending ? ending->exit_code : -2, process.output()};
}

Ran replays(std::vector<std::string> flags, const std::filesystem::path& folder = ".") {
  flags.insert(flags.begin(), kProgram);
  return run(std::move(flags), folder);
}

Json results(std::vector<std::string> flags) {
  const Scratch scratch;
  flags.insert(flags.end(), {"--json", "out.json"});
  const auto ran = replays(std::move(flags), scratch.path());
  INFO(ran.output);
  REQUIRE(ran.exit_code == 0);
  return Json::parse(read_text(scratch / "out.json"));
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// Traces of the real world, where they are kept; empty where they are not.
std::filesystem::path data_folder() {
  const char* told = std::getenv("HARBINGER_DATA");
  const std::filesystem::path folder = told != nullptr ? told : HARBINGER_SOURCE_DIR "/../shared/data";
  return std::filesystem::is_directory(folder) ? folder : std::filesystem::path();
}

}  // namespace

TEST_CASE("the bundled trace gives a table, JSON of the promised shape, and plots") {
  const Scratch scratch;
  const auto ran = replays(
      {"--format", "clf", "--pages", "--humans", kLibrary, "--json", "out.json", "--plots", "plots"}, scratch.path());
  INFO(ran.output);
  REQUIRE(ran.exit_code == 0);
  for (const auto* words :
       {"library.log.gz: 4935 accesses", "864 predictions judged", "top-1", "oracle: pair seen before"})
    CHECK(contains(ran.output, words));

  const auto json = Json::parse(read_text(scratch / "out.json"));
  CHECK(json["trace"] == "library.log.gz");
  CHECK(json["steps"] == 864);
  for (const auto* model : {"harbinger", "harbinger_served", "popularity", "markov1", "dg4", "ppm2_online", "oracle"}) {
    INFO(model);
    REQUIRE(json["models"].contains(model));
    for (const auto* rate : {"top1", "top3", "top5", "top20", "mrr20", "coverage", "precision", "ece"}) {
      REQUIRE(json["models"][model][rate].is_number());
      CHECK(json["models"][model][rate] >= 0);
      CHECK(json["models"][model][rate] <= 1);
    }
    CHECK(json["models"][model]["waste"] <= 0.25);
    CHECK(json["models"][model]["top1"] <= json["models"][model]["top5"]);
    CHECK(json["models"][model]["top1"] <= json["models"]["oracle"]["top1"].get<double>() + 1e-9 + (model[0] == 'h'));
  }
  CHECK(json["models"]["markov1"]["curve"].size() > 10);
  for (const auto* plot : {"plots/coverage.svg", "plots/hit_rate.svg"}) {
    const auto svg = read_text(scratch / plot);
    CHECK(svg.starts_with("<svg "));
    CHECK(svg.ends_with("</svg>\n"));
    CHECK(contains(svg, ">markov1</text>"));
  }
}

TEST_CASE("harbinger foresees more of the bundled trace than any baseline") {
  const auto models = results({"--format", "clf", "--pages", "--humans", kLibrary})["models"];
  for (const auto* baseline : {"popularity", "markov1", "dg4", "ppm2_online"}) {
    INFO(baseline);
    CHECK(models["harbinger"]["top1"] > models[baseline]["top1"]);
    CHECK(models["harbinger"]["top5"] > models[baseline]["top5"]);
    CHECK(models["harbinger"]["coverage"] > models[baseline]["coverage"]);
  }
}

TEST_CASE("with --personas the model is judged once more, with clients in classes") {
  const auto models =
      results({"--format", "clf", "--pages", "--models", "harbinger", "--personas", "topics", kLibrary})["models"];
  CHECK(models.contains("harbinger"));
  REQUIRE(models.contains("harbinger_persona"));
  REQUIRE(models.contains("harbinger_persona_served"));
  CHECK(models["harbinger_persona"]["top3"].get<double>() > models["harbinger"]["top3"].get<double>() - 0.02);
}

TEST_CASE("with --personas engine the engine's own personas come with the accesses") {
  if (!std::filesystem::exists(HARBINGER_BINARY_DIR "/server/harbinger-engine.so")) {
    WARN("the engine's module is not built");
    return;
  }
  // Two kinds of clients that want nothing in common, in turn.
  const Scratch scratch;
  std::string log = "client,time,resource\n";
  for (int i = 0; i < 600; ++i)
    for (const std::string kind : {"game", "book"})
      log += kind + std::to_string(i % 6) + ',' + std::to_string(1'700'000'000 + 20 * i) + ",www." + kind +
             ".example/" + kind + '/' + std::to_string(i / 6 % 7) + '\n';
  std::ofstream(scratch / "kinds.csv") << log;
  const auto models = results(
      {"--format", "csv", "--models", "harbinger", "--personas", "engine", (scratch / "kinds.csv").string()})["models"];
  REQUIRE(models.contains("harbinger_persona"));
  CHECK(models["harbinger_persona"]["personas"]["had"] >= 2);
  CHECK(models["harbinger_persona"]["personas"]["share"] > 0.5);
  CHECK_FALSE(models["harbinger"].contains("personas"));
}

TEST_CASE("without the engine's module --personas engine says where it was looked for") {
  const Scratch scratch;
  setenv("HARBINGER_MODULES", scratch.path().c_str(), 1);
  const auto ran = replays({"--format", "clf", "--personas", "engine", kLibrary});
  unsetenv("HARBINGER_MODULES");
  CHECK(ran.exit_code == 1);
  CHECK(contains(ran.output, "harbinger-engine.so in " + scratch.path().string()));
}

TEST_CASE("baselines agree with a second, plain implementation") {
  const auto reference = run({"python3", HARBINGER_SOURCE_DIR "/tests/server/replay/reference.py", kLibrary});
  INFO(reference.output);
  REQUIRE(reference.exit_code == 0);
  const auto expected = Json::parse(reference.output);
  const auto found =
      results({"--format", "clf", "--pages", "--humans", "--models", "popularity,markov1,dg4,ppm2_online", kLibrary});
  CHECK(found["steps"] == expected["steps"]);
  for (const auto& [model, rates] : expected["models"].items())
    for (const auto& [rate, value] : rates.items()) {
      INFO(model << ' ' << rate);
      CHECK(found["models"][model][rate].get<double>() ==
            Approx(value.get<double>()).margin(0.005));  // ties may fall otherwise
    }
}

TEST_CASE("the bundled trace is what its script makes") {
  const Scratch scratch;
  const auto made =
      run({"python3", HARBINGER_SOURCE_DIR "/examples/traces/make_library.py", (scratch / "again.gz").string()});
  REQUIRE(made.exit_code == 0);
  // Unpacked: another zlib may pack otherwise.
  const auto text = [](const std::string& file) { return run({"gzip", "-dc", file}).output; };
  CHECK(text((scratch / "again.gz").string()) == text(kLibrary));
}

TEST_CASE("nothing is gained where labels are shuffled or all is chance", "[long]") {
  const auto shuffled = results({"--format", "clf", "--pages", "--humans", kLibrary, "--shuffle-labels"})["models"];
  CHECK(shuffled["harbinger"]["top1"] < shuffled["popularity"]["top1"].get<double>() + 0.03);
  CHECK(shuffled["harbinger"]["ece"] < 0.1);
  const auto uniform = results({"--synthetic", "uniform", "--models", "harbinger,markov1"})["models"];
  CHECK(uniform["harbinger"]["top1"] < 0.01);
}

TEST_CASE("a training file comes first, and frozen models learn nothing from the other") {
  const Scratch scratch;
  std::string train, test;
  for (int i = 0; i < 50; ++i) train += "a b c d\n";
  for (int i = 0; i < 10; ++i) test += "x y z w\na b c d\n";
  scratch.write("train", train);
  scratch.write("test", test);
  const auto rates = [&](bool frozen) {
    std::vector<std::string> flags{"--format", "sequences",
                                   "--models", "markov1",
                                   "--train",  (scratch / "train").string(),
                                   "--test",   (scratch / "test").string()};
    if (frozen) flags.push_back("--frozen");
    return results(flags);
  };
  CHECK(rates(true)["steps"] == 60);
  CHECK(rates(true)["models"]["markov1"]["top1"] == Approx(0.5));
  CHECK(rates(false)["models"]["markov1"]["top1"] > 0.9);
}

TEST_CASE("garbage among the lines is told and counted, and the rest is judged") {
  const Scratch scratch;
  scratch.write("trace", "a b c\n\x01\x02\x03\na b c\na b c\n");
  const auto ran = replays({"--format", "sequences", "--models", "markov1", "trace"}, scratch.path());
  CHECK(ran.exit_code == 0);
  CHECK(contains(ran.output, "trace:2: has octets in it that are no text\n"));
  CHECK(contains(ran.output, "9 accesses"));
}

TEST_CASE("a trace without anything usable, and one that is not there, are failures") {
  const Scratch scratch;
  scratch.write("noise", std::string(5000, '\x07') + "\n\xff\xfe\n");
  const auto noise = replays({"--format", "clf", "noise"}, scratch.path());
  CHECK(noise.exit_code == 1);
  CHECK(contains(noise.output, "noise:1: expected"));
  CHECK(contains(noise.output, "no usable access in noise"));
  const auto none = replays({"--format", "clf", "none"}, scratch.path());
  CHECK(none.exit_code == 1);
  CHECK(contains(none.output, "none: cannot open"));
  const auto unwritable =
      replays({"--format", "clf", kLibrary, "--models", "popularity", "--json", "no/such/out.json"}, scratch.path());
  CHECK(unwritable.exit_code == 1);
  CHECK(contains(unwritable.output, "cannot write no/such/out.json"));
}

TEST_CASE("a packed trace that was cut is judged as far as it goes") {
  const Scratch scratch;
  const auto whole = read_text(kLibrary);
  scratch.write("cut.gz", whole.substr(0, whole.size() / 2));
  const auto ran = replays({"--format", "clf", "--pages", "--models", "markov1", "cut.gz"}, scratch.path());
  CHECK(ran.exit_code == 0);
  CHECK(contains(ran.output, "cut.gz: the gzip data ends in the middle after line "));
  CHECK(contains(ran.output, "predictions judged"));
}

TEST_CASE("flags that are wrong or do not go together say so") {
  const auto says = [](std::vector<std::string> flags, std::string_view words) {
    const auto ran = replays(std::move(flags));
    INFO(ran.output);
    CHECK(ran.exit_code == 2);
    CHECK(contains(ran.output, words));
  };
  says({}, "expected a trace: files, --train with --test, or --synthetic");
  says({"x"}, "expected --format clf, zeek-dns, csv or sequences");
  says({"x", "--format", "clf", "--gap", "soon"}, "--gap: expected a span of time like 30m, 45s or 2h");
  says({"x", "--synthetic", "uniform"}, "exclude each other");
  says({"--train", "x", "--format", "clf"}, "--train needs --test");
  says({"x", "--format", "clf", "--models", "oracles"}, "oracles");
  says({"x", "--format", "keys-i32le"}, "take --placement");
  says({"--placement", "--synthetic", "uniform"}, "--placement takes files, or --synthetic flash");
  CHECK(replays({"--help"}).exit_code == 0);
}

TEST_CASE("progress is a bar with its share") {
  using harbinger::replay::progress_line;
  CHECK(progress_line("reading", 0.5) == "[####################....................]  50 %  reading");
  CHECK(progress_line("x", 7) == "[########################################] 100 %  x");
}

TEST_CASE("baselines reproduce known figures of NASA-HTTP, 1 August 1995") {
  const auto folder = data_folder();
  const auto file = folder / "nasa-19950801" / "nasa_19950801.tsv.gz";
  if (!std::filesystem::exists(file)) {
    WARN("skipped: no traces; HARBINGER_DATA can name their folder");
    return;
  }
  const auto models =
      results({"--format", "csv", "--pages", "--models", "markov1,ppm2_online", file.string()})["models"];
  CHECK(models["markov1"]["top1"] == Approx(0.231).margin(0.01));
  CHECK(models["markov1"]["top5"] == Approx(0.481).margin(0.01));
  CHECK(models["ppm2_online"]["top1"] == Approx(0.237).margin(0.01));
  CHECK(models["ppm2_online"]["top5"] == Approx(0.497).margin(0.01));
}

TEST_CASE(
    "counts are forecast as a process: a table, JSON of the promised shape, and what is right where flags are wrong") {
  const Scratch scratch;
  std::string rows = "time,value\n";
  for (int hour = 0; hour < 240; ++hour)
    rows += std::to_string(hour * 3600) + ',' + std::to_string(20 + hour % 24 + hour % 7) + '\n';
  const auto file = scratch.write("days.csv", rows).string();
  const auto ran = replays({"--forecast", "--format", "series", file});
  INFO(ran.output);
  REQUIRE(ran.exit_code == 0);
  CHECK(contains(ran.output, "days.csv: 1 series of up to 240 steps of 3600 s; judged from 25.0 % of the steps on"));

  const auto json = results({"--forecast", "--format", "series", file, "--interval", "2h", "--score-from", "0.5"});
  CHECK(json["interval_s"] == 7200);
  CHECK(json["steps"] == 120);
  REQUIRE(json["horizons"].size() == 3);
  CHECK(json["horizons"][2]["ahead"] == 12);
  CHECK(json["horizons"][2]["judged"] == 60);
  CHECK(json["horizons"][0]["quantiles"]["0.9"]["covered"].is_number());
  CHECK_FALSE(json.contains("bursts"));

  const auto library = results({"--forecast", "--format", "clf", "--pages", kLibrary, "--top", "5"});
  CHECK(library["series"] == 5);

  CHECK(replays({"--format", "series", file}).exit_code == 2);
  CHECK(replays({"--forecast", "--synthetic", "day"}).exit_code == 2);
  CHECK(replays({"--forecast", "--format", "series", file, "--interval", "1.5s"}).exit_code == 2);
  const auto level = scratch.write("short.csv", "0,1\n3600,1\n7200,1\n").string();
  const auto unjudged = replays({"--forecast", "--format", "series", level});
  CHECK(unjudged.exit_code == 1);
  CHECK(contains(unjudged.output, "expected series of more than a day, with days that differ"));
  const auto none = replays({"--forecast", "--format", "series", (scratch / "none").string()});
  CHECK(none.exit_code == 1);
  CHECK(contains(none.output, "none"));
}
