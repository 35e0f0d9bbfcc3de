#include "provision/libvirt_session.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <span>
#include <utility>

namespace harbinger::provision {

namespace {

struct FreeText {
  void operator()(char* text) const { std::free(text); }
};

Found::Condition condition_of(int state, const Reach& reach) {
  if (state == VIR_DOMAIN_SHUTOFF || state == VIR_DOMAIN_CRASHED || state == VIR_DOMAIN_SHUTDOWN)
    return Found::Condition::gone;
  return reach.addresses.empty() ? Found::Condition::starting : Found::Condition::running;
}

// The agent tells of all of a guest's addresses, also of those that lead nowhere.
bool leads_here(const IpAddress& address) {
  const auto octets = address.octets();
  const bool link_local =
      address.is_v4() ? octets[0] == 169 && octets[1] == 254 : octets[0] == 0xfe && (octets[1] & 0xc0) == 0x80;
  return !address.is_loopback() && !link_local;
}

}  // namespace

Result<std::shared_ptr<LibvirtSession>> LibvirtSession::open(const LibvirtLibrary& library, const Settings& settings) {
  auto* const connection = library.ConnectOpen(settings.uri.c_str());
  if (!connection) {
    auto error = libvirt_error(library, ("connecting to " + settings.uri).c_str());
    if (error.code != ErrorCode::denied) error.code = ErrorCode::unreachable;
    return fail(std::move(error));
  }
  return std::shared_ptr<LibvirtSession>(new LibvirtSession(library, settings, connection));
}

LibvirtSession::~LibvirtSession() { library_.ConnectClose(connection_); }

bool LibvirtSession::alive() const { return library_.ConnectIsAlive(connection_) == 1; }

Result<LibvirtSession::Domain> LibvirtSession::look_up(const std::string& id) {
  auto domain = own(library_.DomainLookupByName(connection_, domain_name(settings_.installation, id).c_str()));
  if (domain) return domain;
  auto error = libvirt_error(library_, "looking for a domain");
  if (error.code == ErrorCode::not_found) return own(nullptr);
  return fail(std::move(error));
}

Result<LibvirtSession::Domain> LibvirtSession::existing(const std::string& id) {
  auto domain = look_up(id);
  if (domain && !*domain) return fail(ErrorCode::not_found, "libvirt: there is no domain of instance " + id);
  if (domain && !mark_of(*domain))
    return fail(ErrorCode::conflict, "libvirt: domain " + domain_name(settings_.installation, id) + " is not ours");
  return domain;
}

std::optional<DomainMark> LibvirtSession::mark_of(const Domain& domain) const {
  const std::unique_ptr<char, FreeText> text(
      library_.DomainGetMetadata(domain.get(), VIR_DOMAIN_METADATA_ELEMENT, kDomainMark, 0));
  auto mark = text ? read_mark(text.get()) : std::nullopt;
  return mark && mark->installation == settings_.installation ? mark : std::nullopt;
}

std::vector<IpAddress> LibvirtSession::addresses_of(const Domain& domain) const {
  std::vector<IpAddress> found;
  virDomainInterfacePtr* interfaces = nullptr;
  const int count =
      library_.DomainInterfaceAddresses(domain.get(), &interfaces, static_cast<unsigned>(settings_.addresses), 0);
  for (int i = 0; i < count; ++i) {
    for (const auto& each : std::span(interfaces[i]->addrs, interfaces[i]->naddrs))
      if (const auto address = IpAddress::parse(each.addr); address && leads_here(*address)) found.push_back(*address);
    library_.DomainInterfaceFree(interfaces[i]);
  }
  std::free(interfaces);
  return found;
}

Result<Found> LibvirtSession::read(const Domain& domain, const DomainMark& mark) const {
  int state = 0;
  if (library_.DomainGetState(domain.get(), &state, nullptr, 0) != 0)
    return fail(libvirt_error(library_, "asking for a domain's state"));
  Found found{.id = mark.id, .template_name = mark.pool};
  if (const auto address = IpAddress::parse(mark.address))
    found.reach.addresses.push_back(*address);
  else
    found.reach.addresses = addresses_of(domain);
  found.condition = condition_of(state, found.reach);
  found.reach.port = mark.port;
  if (found.condition != Found::Condition::running) found.reach = {};
  return found;
}

Result<Found> LibvirtSession::start(const std::string& id, const std::string& xml) {
  const auto there = look_up(id);
  if (!there) return fail(there.error());
  if (!*there) {
    const auto made = own(library_.DomainCreateXML(connection_, xml.c_str(), 0));
    if (!made) return fail(libvirt_error(library_, "starting a domain"));
    // Nobody would find it again.
    if (!mark_of(made)) {
      library_.DomainDestroy(made.get());
      return fail(ErrorCode::denied, "libvirt: the domain of instance " + id +
                                         " does not keep our mark; its file should have no <metadata>, or an open one");
    }
  }
  auto found = find(id);
  if (!found) return fail(found.error());
  if (*found) return std::move(**found);
  return fail(ErrorCode::unreachable, "libvirt: the domain of instance " + id + " has ended at once");
}

Result<std::optional<Found>> LibvirtSession::find(const std::string& id) {
  const auto domain = look_up(id);
  if (!domain) return fail(domain.error());
  if (!*domain) return std::nullopt;
  const auto mark = mark_of(*domain);
  if (!mark)
    return fail(ErrorCode::conflict, "libvirt: domain " + domain_name(settings_.installation, id) + " is not ours");
  auto found = read(*domain, *mark);
  if (!found) return fail(found.error());
  return std::move(*found);
}

// What the host gives it, where that is known; else what the guest was given.
Result<LibvirtSession::Consumed> LibvirtSession::consumed(const std::string& id) {
  const auto domain = existing(id);
  if (!domain) return fail(domain.error());
  virDomainInfo info{};
  if (library_.DomainGetInfo(domain->get(), &info) != 0)
    return fail(libvirt_error(library_, "asking what a domain uses"));
  Consumed consumed{.cpu_ns = static_cast<double>(info.cpuTime), .memory_mb = info.memory / 1024};
  std::array<virDomainMemoryStatStruct, VIR_DOMAIN_MEMORY_STAT_NR> stats{};
  const int count = library_.DomainMemoryStats(domain->get(), stats.data(), stats.size(), 0);
  for (int i = 0; i < count; ++i)
    if (stats[static_cast<std::size_t>(i)].tag == VIR_DOMAIN_MEMORY_STAT_RSS)
      consumed.memory_mb = stats[static_cast<std::size_t>(i)].val / 1024;
  return consumed;
}

Result<void> LibvirtSession::resize(const std::string& id, const Size& size) {
  const auto domain = existing(id);
  if (!domain) return fail(domain.error());
  if (library_.DomainSetMemoryFlags(domain->get(), size.memory_mb * 1024, VIR_DOMAIN_AFFECT_LIVE) != 0)
    return fail(libvirt_error(library_, "giving a domain other memory"));
  virDomainInfo info{};
  const auto cpus = static_cast<unsigned>(std::max(1.0, std::ceil(size.cpus)));
  if (library_.DomainGetInfo(domain->get(), &info) == 0 && info.nrVirtCpu == cpus) return {};
  if (library_.DomainSetVcpusFlags(domain->get(), cpus, VIR_DOMAIN_AFFECT_LIVE) != 0)
    return fail(libvirt_error(library_, "giving a domain other processors"));
  return {};
}

Result<void> LibvirtSession::end(const std::string& id) {
  const auto domain = existing(id);
  if (!domain) return domain.error().code == ErrorCode::not_found ? Result<void>() : fail(domain.error());
  const bool persists = library_.DomainIsPersistent(domain->get()) == 1;
  if (library_.DomainDestroy(domain->get()) != 0) {
    auto error = libvirt_error(library_, "ending a domain");
    int state = VIR_DOMAIN_SHUTOFF;
    const bool runs = library_.DomainGetState(domain->get(), &state, nullptr, 0) == 0 && state != VIR_DOMAIN_SHUTOFF;
    if (runs) return fail(std::move(error));
  }
  if (persists && library_.DomainUndefine(domain->get()) != 0)
    return fail(libvirt_error(library_, "removing a domain"));
  return {};
}

Result<std::vector<Found>> LibvirtSession::list() {
  virDomainPtr* domains = nullptr;
  const int count = library_.ConnectListAllDomains(connection_, &domains, 0);
  if (count < 0) return fail(libvirt_error(library_, "listing domains"));
  std::vector<Domain> owned;
  for (int i = 0; i < count; ++i) owned.push_back(own(domains[i]));
  std::free(domains);
  std::vector<Found> all;
  for (const auto& domain : owned) {
    const auto mark = mark_of(domain);
    auto found = mark ? read(domain, *mark) : fail(ErrorCode::not_found, "");
    if (found) all.push_back(std::move(*found));  // others are not ours, or have just gone
  }
  // Then nothing more was told of any of them, and whoever is not in the list would be taken for gone.
  if (!alive()) return fail(ErrorCode::unreachable, "libvirt: the connection broke while domains were listed");
  return all;
}

}  // namespace harbinger::provision
