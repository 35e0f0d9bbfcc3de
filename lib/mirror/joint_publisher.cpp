#include "mirror/joint_publisher.h"

#include <algorithm>

namespace harbinger::mirror {

void JointPublisher::tell(const Publication& what, Done done, bool renewal) {
  // A copy, since whoever asked may be gone when the share answers.
  share_->write(what, [self = *this, what, done = std::move(done), renewal](Result<void> shared) {
    if (!shared) return self.not_shared(what, shared.error(), done);
    self.own_->publish(what, [&](Result<void> kept) {
      if (!kept) return done(std::move(kept));
      self.tell_elsewhere(what, done, renewal);
    });
  });
}

void JointPublisher::tell_elsewhere(const Publication& what, Done done, bool renewal) const {
  if (!elsewhere_) return done({});
  if (renewal)
    elsewhere_->renew(what, std::move(done));
  else
    elsewhere_->publish(what, std::move(done));
}

// Whether it is another's matter, or just not known: what is gone must not be told of any longer than need be.
void JointPublisher::not_shared(const Publication& what, const Error& why, const Done& done) const {
  if (why.code == ErrorCode::conflict) return done(fail(why));
  const auto before = own_->find(what.resource, what.cluster);
  if (!before) return done(fail(why));
  auto left = what;
  std::erase_if(left.servers,
                [&](const auto& at) { return std::ranges::find(before->servers, at) == before->servers.end(); });
  if (left.servers.size() < before->servers.size()) {
    own_->publish(left, {});
    tell_elsewhere(left, [](const Result<void>&) {}, false);
  }
  done(fail(why));
}

}  // namespace harbinger::mirror
