// Names and addresses of a file in the manner of /etc/hosts, both ways round.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/name.h>
#include <harbinger/result.h>

namespace harbinger::hosts {

/// `192.0.2.1 www.example.org www`
struct Entry {
  IpAddress address;
  std::vector<Name> names;
};

/// Reads a whole file. A line that is wrong is told to `complain` with its place, and the others count.
std::vector<Entry> parse_hosts(std::string_view text, const std::string& file,
                               const std::function<void(Error)>& complain);

/// What a name is in the table.
struct Host {
  std::vector<IpAddress> addresses;  ///< in the order of the file; empty for a name that only has names below it
};

class HostTable {
 public:
  void add(const Entry& entry);

  /// Null when neither the name nor one below it is there. Allocates nothing.
  const Host* find(const Name& name) const;
  /// Names of the address that a reverse name stands for, the first of its line first; null when there is none.
  const std::vector<Name>* find_reverse(const Name& reverse_name) const;

  std::size_t entries() const { return entries_; }

 private:
  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  struct AddressHash {
    std::size_t operator()(const IpAddress& address) const;
  };

  void add_name(const Name& name, const IpAddress& address);

  std::size_t entries_ = 0;
  std::unordered_map<std::string, Host, TextHash, std::equal_to<>> hosts_;  // by name in wire form, lower case
  std::unordered_map<IpAddress, std::vector<Name>, AddressHash> names_;
};

/// Whether names of addresses lie below: `arpa`, `2.0.192.in-addr.arpa`. Such a name exists, whatever addresses there are.
bool is_above_reverse(const Name& name);

/// The address behind a name below in-addr.arpa or ip6.arpa (RFC 1035 sec. 3.5, RFC 3596 sec. 2.5); nothing for any other name.
std::optional<IpAddress> address_of_reverse(const Name& name);

}  // namespace harbinger::hosts
