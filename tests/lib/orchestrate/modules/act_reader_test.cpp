#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <catch2/catch.hpp>

#include "orchestrate/act_reader.h"
#include "persona/module_loader.h"

using namespace harbinger;
using namespace harbinger::orchestrate;

TEST_CASE("the network of the engine's module reads acts, and its states are kept and saved for each user") {
  const std::filesystem::path built = HARBINGER_BINARY_DIR "/server";
  if (!exists(built / persona::kEngineModule)) {
    WARN("harbinger-engine.so is not built here");
    return;
  }
  ::setenv("HARBINGER_MODULES", built.c_str(), 1);
  auto reader = load_act_reader(10);
  ::unsetenv("HARBINGER_MODULES");
  INFO((reader ? "" : reader.error().to_string()));
  REQUIRE(reader);
  REQUIRE((*reader)->width() == persona::kHidden);

  Activity act;
  act.at = 1'700'000'000'000;
  act.verb = "Get";
  act.kind = "images";
  std::vector<Activity> acts(3, act);
  for (std::size_t i = 0; i < acts.size(); ++i) acts[i].actor = i + 1;
  std::vector<float> states(acts.size() * persona::kHidden, 0);
  (*reader)->read(acts, states);
  const auto state = [&](std::size_t i) { return std::span(states).subspan(i * persona::kHidden, persona::kHidden); };
  CHECK(std::ranges::any_of(state(0), [](float one) { return one != 0; }));
  CHECK(std::ranges::equal(state(0), state(2)));

  const auto model = make_attribute_model({}, std::move(*reader));
  for (int i = 0; i < 30; ++i) model->heard(acts);
  for (const auto& one : acts) REQUIRE(model->label(one.actor, Attribute::skill, one.actor % 2));
  const auto octets = model->save();
  const auto other = make_attribute_model({}, nullptr);
  const auto refused = other->load(octets);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::malformed);
  CHECK(model->load(octets));
  CHECK(model->counts().users == 3);
}
