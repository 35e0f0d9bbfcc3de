#include <harbinger/sequence_model.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace harbinger;

namespace {

constexpr UnixMillis kStart = 1'700'000'000'000, kSecond = 1000, kHour = 3600 * kSecond;

/// A model with a clock: clients want resources one second after the other.
struct Story {
  std::unique_ptr<SequenceModel> model = make_sequence_model({.contexts = 1 << 14});
  UnixMillis now = kStart;

  void wants(ClientKey client, std::initializer_list<std::string_view> resources) {
    for (const auto resource : resources) model->learn({.at = now += kSecond, .client = client, .resource = resource});
  }
  void pause() { now += kHour; }

  std::vector<std::pair<std::string, float>> guesses(ClientKey client) {
    std::array<Guess, 10> out;
    std::vector<std::pair<std::string, float>> texts;
    const std::size_t size = model->predict(client, now, out);
    for (std::size_t at = 0; at < size; ++at) texts.emplace_back(model->text(out[at].resource), out[at].next);
    return texts;
  }
  std::string first(ClientKey client) {
    const auto all = guesses(client);
    return all.empty() ? "" : all.front().first;
  }
};

std::filesystem::path scratch(const std::string& name) {
  const auto folder = std::filesystem::path(HARBINGER_BINARY_DIR) / "sequence_model_test";
  std::filesystem::create_directories(folder);
  return folder / name;
}

Story habits() {
  Story story;
  for (ClientKey client = 1; client <= 60; ++client) {
    story.wants(client, {"index", client % 3 == 0 ? "sports" : "news", "weather", "mail"});
    story.pause();
  }
  return story;
}

}  // namespace

TEST_CASE("what followed most often is the likeliest next") {
  Story story = habits();
  story.wants(1000, {"index"});
  CHECK(story.first(1000) == "news");
  story.wants(1000, {"sports"});
  CHECK(story.first(1000) == "weather");
}

TEST_CASE("the present resource is never its own successor, and being wanted again changes nothing") {
  Story story = habits();
  story.wants(1000, {"index", "news", "news", "news"});
  for (const auto& [text, next] : story.guesses(1000)) CHECK(text != "news");
  CHECK(story.first(1000) == "weather");
}

TEST_CASE("a pause longer than the gap ends the session, and nothing is expected of a client that left") {
  Story story = habits();
  story.wants(1000, {"index"});
  CHECK_FALSE(story.guesses(1000).empty());
  story.pause();
  CHECK(story.guesses(1000).empty());
  CHECK(story.guesses(4711).empty());
}

TEST_CASE("probabilities add up to at most one, and soon is at least next") {
  Story story = habits();
  story.wants(1000, {"index", "news"});
  std::array<Guess, 64> out;
  const std::size_t size = story.model->predict(1000, story.now, out);
  REQUIRE(size > 0);
  float sum = 0;
  for (std::size_t at = 0; at < size; ++at) {
    sum += out[at].next;
    CHECK(out[at].soon >= out[at].next);
    CHECK(out[at].soon <= 1);
    if (at > 0) CHECK(out[at - 1].next >= out[at].next);
  }
  CHECK(sum <= 1.0001f);
}

TEST_CASE("a name that was never seen is foretold from the shape of others") {
  Story story;
  for (ClientKey client = 1; client <= 80; ++client) {
    const std::string id = std::to_string(1000 + 37 * client);
    story.wants(client, {"/r/" + id, "/s/ta/" + id + "/"});
    story.pause();
  }
  story.wants(1000, {"/r/999777"});
  CHECK(story.first(1000) == "/s/ta/999777/");
}

TEST_CASE("the next segment follows a segment") {
  Story story;
  for (ClientKey client = 1; client <= 40; ++client) {
    const std::string film = "/film" + std::to_string(client) + "/seg-";
    story.wants(client, {film + "001.ts", film + "002.ts", film + "003.ts", film + "004.ts"});
    story.pause();
  }
  story.wants(1000, {"/film77/seg-009.ts"});
  CHECK(story.first(1000) == "/film77/seg-010.ts");
}

TEST_CASE("without structure only what was seen is foretold") {
  Story story;
  story.model = make_sequence_model({.contexts = 1 << 12, .learn_structure = false});
  for (ClientKey client = 1; client <= 80; ++client) {
    const std::string id = std::to_string(1000 + 37 * client);
    story.wants(client, {"/r/" + id, "/s/ta/" + id + "/"});
    story.pause();
  }
  story.wants(1000, {"/r/999777"});
  for (const auto& [text, next] : story.guesses(1000)) CHECK(text != "/s/ta/999777/");
}

TEST_CASE("a clock that jumps back counts as no time passed") {
  Story story = habits();
  story.wants(1000, {"index"});
  story.model->learn({.at = story.now - 40 * kHour, .client = 1000, .resource = "news"});
  CHECK(story.first(1000) == "weather");
}

TEST_CASE("the model forgets what is no longer so") {
  Story story;
  for (int round = 0; round < 300; ++round) {
    story.wants(1, {"a", "b"});
    story.pause();
  }
  for (int round = 0; round < 300; ++round) {
    story.wants(1, {"a", "c"});
    story.pause();
  }
  story.wants(1, {"a"});
  CHECK(story.first(1) == "c");
}

TEST_CASE("memory stays bounded however many names and clients come") {
  Story story;
  story.model = make_sequence_model({.contexts = 1 << 12});
  for (int round = 0; round < 40'000; ++round)
    story.wants(static_cast<ClientKey>(round % 7919 + 1), {"name-" + std::to_string(round * 7) + ".example"});
  const auto size = story.model->size();
  CHECK(size.contexts <= 1 << 12);
  CHECK(size.resources <= 1 << 12);
  CHECK(size.bytes < 8u << 20);
  CHECK_NOTHROW(story.guesses(1));
}

TEST_CASE("texts that are too long or empty are left out") {
  Story story = habits();
  const std::string huge(100'000, 'x');
  story.wants(1000, {"index", huge, ""});
  CHECK(story.first(1000) == "news");
}

TEST_CASE("workers read the best successors from the served table") {
  Story story = habits();
  std::array<ServedTable::Successor, 4> out;
  const auto index = resource_hash("index"), news = resource_hash("news");
  std::size_t size = story.model->served().find(index, 0, 0, out);
  REQUIRE(size > 0);
  CHECK(out[0].text == "news");
  CHECK(out[0].next > 0.3f);
  size = story.model->served().find(news, index, 0, out);
  REQUIRE(size > 0);
  CHECK(std::any_of(out.begin(), out.begin() + size, [](const auto& each) { return each.text == "weather"; }));
  CHECK(story.model->served().find(resource_hash("unheard"), 0, 0, out) == 0);
}

TEST_CASE("a place that nobody has come to yet has a line when a client is likely to come to it") {
  Story story;
  for (int film = 1; film <= 40; ++film) {
    const std::string folder = "film" + std::to_string(film) + "/part-";
    story.wants(static_cast<ClientKey>(film),
                {folder + "1.ts", folder + "2.ts", folder + "3.ts", folder + "4.ts", folder + "5.ts"});
    story.pause();
  }
  story.wants(1000, {"film77/part-1.ts", "film77/part-2.ts"});
  std::array<ServedTable::Successor, 4> out;
  const auto second = resource_hash("film77/part-2.ts"), third = resource_hash("film77/part-3.ts");
  REQUIRE(story.model->served().find(third, second, 0, out) > 0);
  CHECK(out[0].text == "film77/part-4.ts");
  REQUIRE(story.model->served().find(third, 0, 0, out) > 0);
  CHECK(out[0].text == "film77/part-4.ts");
  CHECK(story.model->served().find(resource_hash("film77/part-5.ts"), 0, 0, out) == 0);
}

namespace {

/// Gamers and readers, each with resources of their own that come in no order.
Story gamers_and_readers() {
  Story story;
  const auto wants = [&](ClientKey client, PersonaId persona, const std::string& resource) {
    story.model->learn({.at = story.now += kSecond, .client = client, .resource = resource, .persona = persona});
  };
  for (int i = 0; i < 200; ++i) {
    wants(1, 1, i % 3 == 0 ? "arena" : "lobby" + std::to_string(i));
    wants(2, 2, i % 3 == 0 ? "library" : "book" + std::to_string(i));
  }
  return story;
}

std::string served_first(const SequenceModel& model, std::string_view current, PersonaId persona) {
  std::array<ServedTable::Successor, 6> out;
  const auto found = model.served().find(resource_hash(current), 0, persona, out);
  return found == 0 ? "" : std::string(out[0].text);
}

}  // namespace

TEST_CASE("where nothing is known of a place, workers read what the client's persona wants") {
  const Story story = gamers_and_readers();
  CHECK(served_first(*story.model, "nowhere", 1) == "arena");
  CHECK(served_first(*story.model, "nowhere", 2) == "library");
  CHECK(served_first(*story.model, "nowhere", 0).empty());
  CHECK(served_first(*story.model, "nowhere", 9).empty());
}

TEST_CASE("where nothing is known of a place, the place itself is not what is wanted next") {
  Story story;
  for (int i = 0; i < 50; ++i) {
    for (const auto& resource : {"start" + std::to_string(i), std::string("end")})
      story.model->learn({.at = story.now += kSecond, .client = 1, .resource = resource, .persona = 1});
    story.pause();
  }
  CHECK(served_first(*story.model, "nowhere", 1) == "end");
  std::array<ServedTable::Successor, 6> out;
  const auto found = story.model->served().find(resource_hash("end"), 0, 1, out);
  for (std::size_t at = 0; at < found; ++at) CHECK(out[at].text != "end");
}

TEST_CASE("why: the terms behind a guess") {
  Story story = habits();
  story.wants(1000, {"index", "news"});
  const auto why = story.model->explain(1000, story.now, "weather");
  REQUIRE(why.recent.size() == 2);
  CHECK(why.recent[0] == "news");
  CHECK(why.guess.next > 0.3f);
  bool order_2 = false;
  for (const auto& term : why.terms)
    if (term.name == "order 2") {
      order_2 = true;
      CHECK(term.context == "index > news");
      CHECK(term.says > 0.3);
    }
  CHECK(order_2);
  CHECK(story.model->explain(1000, story.now, "never").guess.resource == 0);
}

TEST_CASE("what was learnt survives a restart") {
  Story story = habits();
  story.wants(1000, {"index"});
  const auto path = scratch("survives");
  REQUIRE(story.model->save(path));

  auto loaded = make_sequence_model({.contexts = 1 << 14});
  REQUIRE(loaded->load(path));
  std::array<Guess, 10> before, after;
  const std::size_t size = story.model->predict(1000, story.now, before);
  REQUIRE(loaded->predict(1000, story.now, after) == size);
  for (std::size_t at = 0; at < size; ++at) {
    CHECK(loaded->text(after[at].resource) == story.model->text(before[at].resource));
    CHECK(after[at].next == Approx(before[at].next));
  }
}

TEST_CASE("a damaged file is refused and changes nothing") {
  Story story = habits();
  const auto path = scratch("damaged");
  REQUIRE(story.model->save(path));
  const auto size = std::filesystem::file_size(path);
  for (const auto at : {std::uintmax_t{3}, std::uintmax_t{60}, size / 2, size - 1}) {
    REQUIRE(story.model->save(path));
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    const char was = static_cast<char>(file.get());
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(was ^ 0x20));
    file.close();
    CHECK_FALSE(story.model->load(path));
  }
  REQUIRE(story.model->save(path));
  std::filesystem::resize_file(path, size - 7);
  CHECK_FALSE(story.model->load(path));
  CHECK_FALSE(story.model->load(scratch("missing")));
  story.wants(1000, {"index"});
  CHECK(story.first(1000) == "news");
}

TEST_CASE("a file of other settings is refused with a reason") {
  Story story = habits();
  const auto path = scratch("settings");
  REQUIRE(story.model->save(path));
  auto other = make_sequence_model({.contexts = 1 << 10});
  const auto loaded = other->load(path);
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().message.find("other settings") != std::string::npos);
}

TEST_CASE("the same accesses give the same guesses") {
  Story one = habits(), two = habits();
  one.wants(1000, {"index"});
  two.wants(1000, {"index"});
  CHECK(one.guesses(1000) == two.guesses(1000));
}

TEST_CASE("where nothing can be foretold, nothing is foretold with confidence") {
  Story story;
  std::uint64_t random = 1;
  const auto any = [&random] { return (random = random * 6364136223846793005u + 1442695040888963407u) >> 33; };
  double confidence = 0;
  int hits = 0, judged = 0;
  for (int step = 0; step < 12'000; ++step) {
    const ClientKey client = any() % 40 + 1;
    const std::string wanted = "page-" + std::to_string(any() % 300);
    if (step > 10'000) {
      const auto guesses = story.guesses(client);
      if (!guesses.empty()) confidence += static_cast<double>(guesses.front().second);
      hits += !guesses.empty() && guesses.front().first == wanted;
      ++judged;
    }
    story.wants(client, {wanted});
  }
  CHECK(confidence / judged < 0.02);
  CHECK(hits < judged / 50);
}

TEST_CASE("after a restart as much is foretold as before") {
  const auto hits_of = [](SequenceModel& model) {
    std::uint64_t random = 9;
    int hits = 0;
    std::array<Guess, 1> guess;
    for (int step = 0; step < 2000; ++step) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      const ClientKey client = (random >> 33) % 20 + 1;
      const std::string wanted = "page-" + std::to_string((random >> 40) % 8 + 8 * (static_cast<unsigned>(step) % 3));
      const UnixMillis at = kStart + step * kSecond;
      hits += model.predict(client, at, guess) == 1 && model.text(guess[0].resource) == wanted;
      model.learn({.at = at, .client = client, .resource = wanted});
    }
    return hits;
  };
  auto kept = make_sequence_model({.contexts = 1 << 14}), restarted = make_sequence_model({.contexts = 1 << 14});
  hits_of(*kept);
  const auto path = scratch("hit-rate");
  REQUIRE(kept->save(path));
  REQUIRE(restarted->load(path));
  const int before = hits_of(*kept), after = hits_of(*restarted);
  CHECK(before > 0);
  CHECK(std::abs(before - after) <= before / 100 + 1);
}

TEST_CASE("sequence model learns the same of accesses together as of one after the other") {
  const auto every = GENERATE(1u, 16u);
  const auto alone = make_sequence_model(), together = make_sequence_model();
  alone->judge_every(every);
  together->judge_every(every);
  std::vector<std::string> texts;
  std::vector<Access> accesses;
  for (int at = 0; at < 5000; ++at) texts.push_back("host-" + std::to_string(at * 7 % 13 * (1 + at % 3)) + ".example");
  for (std::size_t at = 0; at < texts.size(); ++at)
    accesses.push_back({.at = static_cast<UnixMillis>(at * 100), .client = 1 + at % 11, .resource = texts[at]});
  for (const Access& access : accesses) alone->learn(access);
  for (std::size_t at = 0; at < accesses.size(); at += 100) together->learn_all(std::span(accesses).subspan(at, 100));

  CHECK(alone->size().contexts == together->size().contexts);
  for (ClientKey client = 1; client <= 11; ++client) {
    std::array<Guess, 8> one, other;
    const auto size = alone->predict(client, accesses.back().at, one);
    REQUIRE(size > 0);
    REQUIRE(together->predict(client, accesses.back().at, other) == size);
    for (std::size_t at = 0; at < size; ++at) {
      CHECK(alone->text(one[at].resource) == together->text(other[at].resource));
      CHECK(one[at].next == other[at].next);
    }
  }
}

namespace {

std::vector<std::string> served_after(const SequenceModel& model, std::string_view context, PersonaId persona = 0) {
  std::array<ServedTable::Successor, 8> successors;
  const auto count = model.served().find(resource_hash(context), 0, persona, successors);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) texts.emplace_back(successors[i].text);
  return texts;
}

using Expected = std::vector<std::pair<std::string, float>>;

}  // namespace

TEST_CASE("a suggestion is served where nothing was learnt, for a persona first of all") {
  const auto model = make_sequence_model({.contexts = 1000});
  CHECK(model->suggest("never.example", 0, Expected{{"a.example", 0.5f}, {"b.example", 0.25f}}));
  CHECK(served_after(*model, "never.example") == std::vector<std::string>{"a.example", "b.example"});
  CHECK(model->suggest("never.example", 3, Expected{{"c.example", 0.5f}}));
  CHECK(served_after(*model, "never.example", 3) == std::vector<std::string>{"c.example"});
  CHECK(served_after(*model, "never.example", 4) == std::vector<std::string>{"a.example", "b.example"});
  CHECK(model->suggest("never.example", 3, Expected{{"d.example", 0.5f}}));
  CHECK(served_after(*model, "never.example", 3) == std::vector<std::string>{"d.example"});
}

TEST_CASE("a suggestion never stands where something was learnt, before or after") {
  const auto model = make_sequence_model({.contexts = 1000});
  CHECK(model->suggest("late.example", 3, Expected{{"wrong.example", 0.9f}}));
  CHECK(model->suggest("late.example", 0, Expected{{"wrong.example", 0.9f}}));
  UnixMillis at = 0;
  const auto visit = [&](ClientKey client, std::string_view resource) {
    Access access;
    access.at = at += 1000;
    access.client = client;
    access.resource = resource;
    model->learn(access);
  };
  for (ClientKey client = 1; client < 20; ++client) {
    visit(client, "early.example");
    visit(client, "right.example");
    visit(client, "late.example");
    visit(client, "right.example");
  }
  CHECK_FALSE(model->suggest("early.example", 0, Expected{{"wrong.example", 0.9f}}));
  CHECK_FALSE(model->suggest("early.example", 3, Expected{{"wrong.example", 0.9f}}));
  for (const auto* context : {"early.example", "late.example"})
    for (const PersonaId persona : {0, 3}) {
      const auto served = served_after(*model, context, persona);
      REQUIRE_FALSE(served.empty());
      CHECK(served.front() == "right.example");
      CHECK(std::ranges::count(served, "wrong.example") == 0);
    }
}

TEST_CASE("suggestions are bounded: a flood of them displaces nothing that was learnt") {
  const auto model = make_sequence_model({.contexts = 1000});
  UnixMillis at = 0;
  for (ClientKey client = 1; client < 30; ++client)
    for (const auto* resource : {"one.example", "two.example"}) {
      Access access;
      access.at = at += 1000;
      access.client = client;
      access.resource = resource;
      model->learn(access);
    }
  const auto before = model->size().resources;
  for (int i = 0; i < 5000; ++i) {
    const auto text = "n" + std::to_string(i) + ".example";
    model->suggest(text, 0, Expected{{"s" + text, 0.5f}});
  }
  CHECK(model->size().resources < 1000 / 5);
  CHECK(model->size().resources > before);
  CHECK(served_after(*model, "one.example").front() == "two.example");
  CHECK_FALSE(model->suggest("x.example", 0, Expected{{"y.example", std::numeric_limits<float>::quiet_NaN()}}));
  CHECK_FALSE(model->suggest("x.example", 0, Expected{{"x.example", 0.5f}, {"", 0.5f}}));
}
