#include "plugins/orchestration/intake.h"

#include <array>
#include <cstdio>
#include <utility>

#include "base/calendar.h"

namespace harbinger::orchestration {

namespace {

using namespace orchestrate;

// One place for each log, whatever its name has in it (FNV-1a).
std::string place_of(const std::filesystem::path& file) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const unsigned char octet : file.string()) hash = (hash ^ octet) * 0x100000001b3;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "log-%016llx", static_cast<unsigned long long>(hash));
  return text.data();
}

}  // namespace

Intake::Intake(const IntakeSettings& settings, World world)
    : world_(std::move(world)), keys_(world_.secret, settings.new_keys) {
  ActivityDoor::Settings door;
  door.order.window = settings.window;
  door.flood.per_second = settings.acts_per_second;
  door.keep_scopes = settings.keep_scopes;
  door_ = ActivityDoor::make(
      door,
      {.clock = world_.clock, .keys = &keys_, .sink = world_.sink, .metrics = world_.metrics, .room = world_.room});
}

Result<std::unique_ptr<Intake>> Intake::open(const IntakeSettings& settings, World world) {
  std::unique_ptr<Intake> intake(new Intake(settings, std::move(world)));
  auto posts = ActivityEndpoint::make({.mapping = settings.mapping}, *intake->door_);
  if (!posts) return fail(posts.error());
  intake->posts_ = std::move(*posts);
  for (const auto& log : settings.logs)
    if (auto followed = intake->follow(log); !followed) return fail(followed.error());
  return intake;
}

Result<void> Intake::follow(const LogSettings& log) {
  ActivityFollower::Settings settings;
  settings.tail.file = log.file;
  settings.tail.place = world_.state / place_of(log.file);
  settings.tail.from_start = log.from_start;
  settings.format = log.format;
  settings.mapping = log.mapping;
  auto follower = ActivityFollower::follow(
      settings, {.door = door_.get(), .clock = world_.clock, .metrics = world_.metrics, .log = world_.log});
  if (!follower) return fail(follower.error().code, log.file.string() + ": " + follower.error().message);
  followers_.push_back(std::move(*follower));
  return {};
}

ActorKey Intake::key_of(std::string_view name) const {
  const auto now = calendar_ms(*world_.clock);
  return keys_.key_of(name, now);
}

Receipt Intake::report(std::span<const ActivityRecord> records) {
  constexpr std::string_view kSensor = "grpc";
  Receipt receipt;
  for (const auto& record : records) {
    const auto fault = door_->let_in(record, kSensor);
    if (fault == ActivityFault::none)
      ++receipt.taken;
    else
      ++receipt.left[static_cast<std::size_t>(fault)];
  }
  door_->flush(kSensor);  // whoever reports by calls has put his acts in order himself
  return receipt;
}

ActivityEndpoint::Receipt Intake::post(std::string_view format, std::string_view body) {
  return posts_->told(format, body);
}

}  // namespace harbinger::orchestration
