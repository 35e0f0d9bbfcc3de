#include <harbinger/reply.h>

#include <cstring>

namespace harbinger {

namespace {
constexpr std::size_t kMostDependencies = 3;
}

Reply Reply::failure(EdeCode cause, std::string text) {
  Reply reply(Rcode::SERVFAIL);
  reply.failed_ = true;
  reply.explain(cause, std::move(text));
  return reply;
}

Reply Reply::nobody_answered() {
  Reply reply(Rcode::REFUSED);
  reply.answered_ = false;
  return reply;
}

Reply& Reply::explain(EdeCode cause, std::string text) {
  explanation_.emplace(cause, std::move(text));
  return *this;
}

// One more than can be watched: such an answer cannot be kept.
Reply& Reply::depends_on(const Name& name) {
  if (dependencies_.size() < kMostDependencies)
    dependencies_.push_back(name);
  else
    keep(Keeping::never);
  return *this;
}

bool ReplyEditor::add_option(OptionCode code, std::span<const std::uint8_t> data, bool optional) {
  const auto size = data.size() + 4;
  if (!accepts_options_ || count_ == kMostOptions || used_ + size > octets_.size()) return false;
  auto* to = octets_.data() + used_;
  to[0] = static_cast<std::uint8_t>(static_cast<unsigned>(code) >> 8);
  to[1] = static_cast<std::uint8_t>(code);
  to[2] = static_cast<std::uint8_t>(data.size() >> 8);
  to[3] = static_cast<std::uint8_t>(data.size());
  if (!data.empty()) std::memcpy(to + 4, data.data(), data.size());
  added_[count_++] = {used_, static_cast<std::uint16_t>(size), optional};
  used_ = static_cast<std::uint16_t>(used_ + size);
  return true;
}

}  // namespace harbinger
