// The formats that logs of control planes come in.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include <harbinger/result.h>
#include "orchestrate/activity_record.h"
#include "persona/log_format.h"

namespace harbinger::orchestrate {

using persona::LogTrouble;

/// Reads the lines of one log after the other. One thread.
class ActivityFormat {
 public:
  /// What is done with what a line tells. Views end with the call.
  struct Use {
    std::function<void(const ActivityRecord&)> record;
    std::function<void(const LogTrouble&)> trouble;  ///< once for each record that cannot be read
  };

  virtual ~ActivityFormat() = default;
  /// A new file begins: headers are read anew.
  virtual void begin_file() {}
  /// Hands over what a line tells: nothing for headers and for what is no act of a user, several where a line holds a list.
  virtual void read(std::string_view line, const Use& use) = 0;
};

/// AWS CloudTrail: a file `{"Records":[...]}` as one line, or one record a line; also records of a reduced form (time, source, name, user, user_type, agent,
/// region, error, read_only). Source: "CloudTrail record contents" in AWS' user guide, event version 1.11.
std::unique_ptr<ActivityFormat> make_cloudtrail_format();

/// Events of audit.k8s.io/v1, one a line, as the log backend writes them, or an EventList as the webhook backend sends it. Source: "Auditing" in Kubernetes'
/// documentation, and the types of k8s.io/apiserver/pkg/apis/audit/v1.
std::unique_ptr<ActivityFormat> make_kubernetes_audit_format();

/// Lines that oslo.log writes for the APIs of Nova, Cinder, Neutron and Glance, and claims of nova-compute; also loghub's structured CSV of them. `zone` is
/// put behind times, which tell none: "+02:00"; empty: UTC. `malformed`: it is no offset.
Result<std::unique_ptr<ActivityFormat>> make_openstack_format(std::string_view zone = {});

/// An object of JSON a line, or an array of objects, read by a mapping; see docs/activity.md. Empty: fields are called as ours are. `malformed`: no mapping.
Result<std::unique_ptr<ActivityFormat>> make_mapped_format(std::string_view mapping);

/// Batches of events as the persona endpoint takes them: persona/event_json.h.
std::unique_ptr<ActivityFormat> make_ui_format();

/// By word. `mapping` is for `json`, and `zone=OFFSET` for `openstack`. `unknown`, naming the words there are; `malformed`.
Result<std::unique_ptr<ActivityFormat>> make_activity_format(std::string_view word, std::string_view mapping = {});
std::span<const std::string_view> activity_formats() noexcept;

}  // namespace harbinger::orchestrate
