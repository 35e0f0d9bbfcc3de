#include "persona/engine_source.h"

#include <mutex>
#include <utility>

namespace harbinger::persona {

namespace {

// Engines are opened where plugins start; a program's own source is set before that.
struct Source {
  std::mutex lock;
  EngineSource::Open open;
};
Source& source() {
  static Source only;
  return only;
}

// Everything that this library itself can open belongs here.
Result<std::shared_ptr<PersonaEngine>> open_built_in(const EngineChoice& choice, const EngineWorld&) {
  if (choice.embedded())
    return fail(ErrorCode::unsupported, "this build has no embedded persona engine; name one with `engine ADDRESS`");
  return fail(ErrorCode::unsupported, "this build cannot reach a persona engine at " + choice.address);
}

}  // namespace

std::string EngineChoice::text() const {
  std::string all = address + '\n' + redis + '\n' + (tls ? "tls" : "plain");
  for (const auto* path : {&catalogue, &state, &authority, &certificate, &private_key, &token})
    all += '\n' + (*path ? (*path)->string() : "");
  return all;
}

Result<std::shared_ptr<PersonaEngine>> open_engine(const EngineChoice& choice, const EngineWorld& world) {
  EngineSource::Open open;
  {
    const std::lock_guard guard(source().lock);
    open = source().open;
  }
  return open ? open(choice, world) : open_built_in(choice, world);
}

EngineSource::EngineSource(Open open) {
  const std::lock_guard guard(source().lock);
  before_ = std::exchange(source().open, std::move(open));
}

EngineSource::~EngineSource() {
  const std::lock_guard guard(source().lock);
  source().open = std::move(before_);
}

}  // namespace harbinger::persona
