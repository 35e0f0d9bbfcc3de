// One publication in every place: what the servers share, our own answers, another DNS server.
#pragma once

#include "mirror/own_answers.h"
#include "mirror/publisher.h"
#include "mirror/share.h"

namespace harbinger::mirror {

/// The share comes first: only who decides may tell, and a later version wins. What takes servers away is done in our own answers, and told the other DNS server, even where the
/// share does not answer. Those given outlive it and whatever is under way; it need not.
class JointPublisher final : public Publisher {
 public:
  /// `elsewhere` may be null.
  JointPublisher(MirrorShare& share, OwnAnswers& own, Publisher* elsewhere)
      : share_(&share), own_(&own), elsewhere_(elsewhere) {}

  void publish(const Publication& what, Done done) override { tell(what, std::move(done), false); }
  void renew(const Publication& what, Done done) override { tell(what, std::move(done), true); }

 private:
  void tell(const Publication& what, Done done, bool renewal);
  void tell_elsewhere(const Publication& what, Done done, bool renewal) const;
  void not_shared(const Publication& what, const Error& why, const Done& done) const;

  MirrorShare* share_;
  OwnAnswers* own_;
  Publisher* elsewhere_;
};

}  // namespace harbinger::mirror
