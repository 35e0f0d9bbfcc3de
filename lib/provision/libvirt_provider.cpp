#include <mutex>
#include <utility>

#include "base/read_file.h"
#include "provision/cpu_counter.h"
#include "provision/libvirt_session.h"
#include "provision/option_words.h"
#include "provision/patient_calls.h"
#include "provision/provider.h"
#include "provision/template_words.h"

namespace harbinger::provision {

namespace {

using namespace std::chrono_literals;
using SessionPtr = std::shared_ptr<LibvirtSession>;

struct Settings {
  LibvirtSession::Settings session{.uri = "qemu:///system"};
  ProviderTraits traits{.name = "libvirt", .usual_start = 10s, .most = 100, .resizes = true, .outlives_us = true};
};

// The one session, opened when it is first wanted and again when it has broken. Shared with calls that nobody waits for any more.
class Sessions {
 public:
  Sessions(const LibvirtLibrary& library, LibvirtSession::Settings settings)
      : library_(library), settings_(std::move(settings)) {}

  Result<SessionPtr> get() {
    const std::lock_guard lock(mutex_);
    if (session_ && session_->alive()) return session_;
    auto opened = LibvirtSession::open(library_, settings_);
    if (opened) session_ = *opened;
    return opened;
  }
  // One that does not answer is left to the calls that wait for it.
  void drop() {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (lock) session_.reset();
  }

 private:
  const LibvirtLibrary& library_;
  const LibvirtSession::Settings settings_;
  std::mutex mutex_;
  SessionPtr session_;
};

class LibvirtProvider final : public Provider {
 public:
  LibvirtProvider(Settings settings, const LibvirtLibrary& library, const Clock& clock)
      : settings_(std::move(settings)),
        clock_(clock),
        sessions_(std::make_shared<Sessions>(library, settings_.session)),
        calls_("libvirt", clock) {}

  ProviderTraits traits() const override { return settings_.traits; }

  std::string trouble() override {
    const auto listed = list(clock_.now() + 5s);
    return listed ? "" : listed.error().message;
  }

  Result<Found> start(const Order& order, std::stop_token stop) override {
    if (auto fits = check(order); !fits) return fail(fits.error());
    if (stop.stop_requested()) return fail(ErrorCode::timeout, "libvirt: told to stop before it began");
    const auto& what = *order.what;
    const auto text = read_file(what.image, "the domain of template " + what.name + " in");
    if (!text) return fail(ErrorCode::denied, text.error().message);
    DomainMark mark{
        .installation = settings_.session.installation, .id = order.id, .pool = what.name, .port = what.port};
    if (const auto address = what.more.find("address"); address != what.more.end()) mark.address = address->second;
    auto xml = domain_text(*text, order, mark);
    if (!xml) return fail(xml.error());
    return call<Found>(order.deadline, [id = order.id, xml = std::move(*xml)](LibvirtSession& session) {
      return session.start(id, xml);
    });
  }

  Result<Found> look(std::string_view id, MonotonicTime deadline) override {
    if (!label_like(id, "id")) return gone(id);
    auto found = call<std::optional<Found>>(
        deadline, [id = std::string(id)](LibvirtSession& session) { return session.find(id); });
    if (!found) return fail(found.error());
    return *found ? std::move(**found) : gone(id);
  }

  Result<Usage> usage(std::string_view id, MonotonicTime deadline) override {
    const auto consumed = call<LibvirtSession::Consumed>(
        deadline, [id = std::string(id)](LibvirtSession& session) { return session.consumed(id); });
    if (!consumed) return fail(consumed.error());
    return Usage{.cpus = meter_.cpus(std::string(id), consumed->cpu_ns, clock_.now()),
                 .memory_mb = consumed->memory_mb};
  }

  Result<void> stop(std::string_view id, MonotonicTime deadline) override {
    if (!label_like(id, "id")) return {};
    meter_.forget(std::string(id));
    return call<void>(deadline, [id = std::string(id)](LibvirtSession& session) { return session.end(id); });
  }

  Result<void> resize(std::string_view id, const Size& size, MonotonicTime deadline) override {
    return call<void>(deadline,
                      [id = std::string(id), size](LibvirtSession& session) { return session.resize(id, size); });
  }

  Result<std::vector<Found>> list(MonotonicTime deadline) override {
    return call<std::vector<Found>>(deadline, [](LibvirtSession& session) { return session.list(); });
  }

 private:
  static Result<void> check(const Order& order) {
    if (auto fits = label_like(order.id, "id"); !fits) return fits;
    if (order.what->image.empty())
      return fail(ErrorCode::denied,
                  "template " + order.what->name + " needs an image: a file with a <domain> of libvirt");
    if (order.what->port == 0)
      return fail(ErrorCode::denied, "template " + order.what->name + " needs the port that its machine serves on");
    return only_words(*order.what, {"address"});
  }

  static Found gone(std::string_view id) { return {.id = std::string(id), .condition = Found::Condition::gone}; }

  template <class T, class What>
  Result<T> call(MonotonicTime deadline, What what) {
    auto result = calls_.run<T>(deadline, [sessions = sessions_, what = std::move(what)]() -> Result<T> {
      const auto session = sessions->get();
      if (!session) return fail(session.error());
      return what(**session);
    });
    if (!result && result.error().code == ErrorCode::timeout) sessions_->drop();
    return result;
  }

  const Settings settings_;
  const Clock& clock_;
  const std::shared_ptr<Sessions> sessions_;
  PatientCalls calls_;
  CpuCounter meter_;
};

Result<virDomainInterfaceAddressesSource> source_of(const std::string& word) {
  if (word == "lease") return VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE;
  if (word == "agent") return VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT;
  if (word == "arp") return VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP;
  return fail(ErrorCode::malformed, "libvirt: option addresses is '" + word + "', should be lease, agent or arp");
}

Result<Settings> read(const ProviderWorld& world) {
  OptionWords words("libvirt", world.options);
  Settings settings;
  settings.session.uri = words.text("uri", settings.session.uri);
  settings.session.installation = world.installation;
  const auto source = source_of(words.text("addresses", "lease"));
  words.take_traits(settings.traits);
  if (auto done = words.done(); !done) return fail(done.error());
  if (!source) return fail(source.error());
  settings.session.addresses = *source;
  if (auto fits = label_like(world.installation, "installation"); !fits) return fail(fits.error());
  return settings;
}

}  // namespace

Result<std::unique_ptr<Provider>> make_libvirt_provider(ProviderWorld world) {
  auto settings = read(world);
  if (!settings) return fail(settings.error());
  const auto library = LibvirtLibrary::load();
  if (!library) return fail(library.error());
  return std::make_unique<LibvirtProvider>(std::move(*settings), **library, *world.clock);
}

}  // namespace harbinger::provision
