// A connection to a hypervisor by libvirt, and what is done over it. Calls last as long as libvirt likes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "provision/domain_text.h"
#include "provision/libvirt_library.h"
#include "provision/provider.h"

namespace harbinger::provision {

/// Any thread.
class LibvirtSession {
 public:
  struct Settings {
    std::string uri{};
    std::string installation{};
    virDomainInterfaceAddressesSource addresses = VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE;
  };
  struct Consumed {
    double cpu_ns = 0;  ///< since its start
    std::uint64_t memory_mb = 0;
  };

  static Result<std::shared_ptr<LibvirtSession>> open(const LibvirtLibrary& library, const Settings& settings);
  ~LibvirtSession();
  LibvirtSession(const LibvirtSession&) = delete;

  bool alive() const;
  /// A transient domain, which leaves nothing when it ends; the one that there is, when it was started before.
  Result<Found> start(const std::string& id, const std::string& xml);
  /// Nothing when there is none. `conflict`: a domain of that name is not ours.
  Result<std::optional<Found>> find(const std::string& id);
  Result<Consumed> consumed(const std::string& id);
  Result<void> resize(const std::string& id, const Size& size);
  Result<void> end(const std::string& id);
  Result<std::vector<Found>> list();

 private:
  struct Free {
    const LibvirtLibrary* library;
    void operator()(virDomainPtr domain) const { library->DomainFree(domain); }
  };
  using Domain = std::unique_ptr<virDomain, Free>;

  LibvirtSession(const LibvirtLibrary& library, Settings settings, virConnectPtr connection)
      : library_(library), settings_(std::move(settings)), connection_(connection) {}
  Domain own(virDomainPtr domain) const { return Domain(domain, Free{&library_}); }
  /// Null when there is none.
  Result<Domain> look_up(const std::string& id);
  Result<Domain> existing(const std::string& id);
  std::optional<DomainMark> mark_of(const Domain& domain) const;
  Result<Found> read(const Domain& domain, const DomainMark& mark) const;
  std::vector<IpAddress> addresses_of(const Domain& domain) const;

  const LibvirtLibrary& library_;
  const Settings settings_;
  const virConnectPtr connection_;
};

}  // namespace harbinger::provision
