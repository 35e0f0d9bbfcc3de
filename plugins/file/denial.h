// Proofs that something does not exist, out of a signed zone's NSEC or NSEC3 records.
#pragma once

#include <harbinger/reply.h>

#include "plugins/file/zone.h"

namespace harbinger::file {

/// Adds the records of proofs to a reply's authority section, each once. Adds nothing for a zone without them.
class Denial {
 public:
  Denial(const Zone& zone, Reply& reply) : zone_(zone), reply_(reply) {}

  /// `name` exists and has no such type (RFC 4035 sec. 3.1.3.1, RFC 5155 sec. 7.2.3 and 7.2.4). Also for a cut without
  /// DS.
  void no_data(const Name& name, const Node& node);
  /// `name` does not exist, and no wildcard below `encloser` matches (RFC 4035 sec. 3.1.3.2, RFC 5155 sec. 7.2.2).
  void no_name(const Name& name, const Node& encloser);
  /// The answer came from the wildcard below `encloser` (RFC 4035 sec. 3.1.3.3, RFC 5155 sec. 7.2.6).
  void wildcard_used(const Name& name, const Node& encloser);
  /// `wildcard` below `encloser` matches `name` and has no such type (RFC 4035 sec. 3.1.3.4, RFC 5155 sec. 7.2.5).
  void wildcard_no_data(const Name& name, const Node& encloser, const Node& wildcard);

 private:
  void add_nsec(const Node& owner);
  void add_nsec_covering(const OwnerKey& key);
  void add_nsec3(const Node& owner);
  bool add_nsec3_matching(const Name& name);
  void add_nsec3_covering(const Name& name);
  Name add_nsec3_encloser(const Name& name, Name encloser);
  void add(const Node& owner, RRType type);
  static Name next_closer(const Name& name, const Name& encloser);

  const Zone& zone_;
  Reply& reply_;
};

/// Appends an RRset, and its signatures when `with_signatures`, under `owner`.
void append_set(std::vector<Record>& to, const Zone& zone, const Node& node, const SetView& set, const Name& owner,
                bool with_signatures);

}  // namespace harbinger::file
