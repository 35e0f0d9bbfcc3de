// Which clients are listened to when there is too much to listen to.
#pragma once

#include <harbinger/access.h>
#include <harbinger/clock.h>

namespace harbinger::persona {

/// A share of the clients, chosen by their keys: who is in it is heard whole, so that what follows what stays true, and who is in a smaller share is in
/// every larger one. Pressure halves the share, once a second at most and down to a sixty-fourth; ten seconds without pressure double it. One
/// thread at a time.
class Sampling {
 public:
  /// `share` is what is heard without pressure, 0 to 1.
  explicit Sampling(double share) : usual_(share), share_(share) {}

  bool hears(ClientKey client) const noexcept;
  /// There was too much just now.
  void press(MonotonicTime now) noexcept;
  /// Lets what passed by count.
  void ease(MonotonicTime now) noexcept;
  double share() const noexcept { return share_; }
  /// Fewer cannot be heard, and it was too much all the same.
  bool overwhelmed() const noexcept { return overwhelmed_; }

 private:
  double usual_, share_;
  bool overwhelmed_ = false, pressed_ = false;
  MonotonicTime changed_{};  // share or pressure, last
};

}  // namespace harbinger::persona
