// Everything that mirrors, of one state folder: the process's one, across reloads.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <harbinger/http.h>
#include <harbinger/repeater.h>
#include "base/listeners.h"
#include "mirror/client_clusters.h"
#include "mirror/config_store.h"
#include "mirror/engine.h"
#include "mirror/event_board.h"
#include "mirror/own_answers.h"
#include "mirror/sealed_file.h"
#include "mirror/share.h"
#include "mirror/update_publisher.h"
#include "plugins/late_engine.h"
#include "plugins/mirroring/event_file.h"
#include "plugins/mirroring/rows.h"

namespace harbinger::mirroring {

struct ServiceSettings {
  std::filesystem::path state{};  ///< folder; made when missing
  std::optional<std::filesystem::path> key{};
  std::vector<mirror::MirrorRules::Rule> rules{};
  std::vector<std::string> clusters{};  ///< in the order of their numbers
  std::chrono::seconds interval{60};
  std::size_t series = 100'000;
  std::string share{}, name{};                  ///< a Redis and this server's name there; empty: alone
  std::optional<PublishRow> publish{};          ///< another DNS server that is told
  std::optional<std::filesystem::path> keys{};  ///< that it is told with
  std::optional<std::filesystem::path> events{};
  bool dry_run = false;  ///< whatever the settings say
  friend bool operator==(const ServiceSettings&, const ServiceSettings&);
};

/// What DNS tells of mirrors, and who hears when it changes: of one service, and of the next one of the folder after a reload, so that answers stay
/// while the content is looked at again.
struct Told {
  explicit Told(const Clock& clock);

  Listeners<void(std::string_view resource)> listeners;
  mirror::OwnAnswers own;
  std::unique_ptr<mirror::MirrorShare> share;
};

/// Begins to mirror when an edge's door is open: until then, and while an older service of the folder lives, nothing new is mirrored. Any thread but a
/// worker's, except where it says otherwise.
class MirrorService {
 public:
  struct World {
    const Clock* clock = nullptr;
    Metrics* metrics = nullptr;
    Logger log{};
  };
  /// Made for the first who asks for this folder and these settings, gone after the last. Errors: those of the files in it.
  static Result<std::shared_ptr<MirrorService>> shared(const ServiceSettings& settings, const World& world);
  ~MirrorService();
  MirrorService(const MirrorService&) = delete;
  MirrorService& operator=(const MirrorService&) = delete;

  /// Called, on any thread, when answers for a name are other ones, while the handle lives.
  [[nodiscard]] std::shared_ptr<void> on_change(mirror::OwnAnswers::Changed changed) {
    return told_->listeners.add(std::move(changed));
  }

  /// What our answers tell; workers read it.
  mirror::OwnAnswers& own() { return told_->own; }
  /// On workers.
  void asked(std::uint64_t resource, std::string_view name, mirror::ClusterId cluster) noexcept {
    if (auto* engine = engine_.running()) engine->asked(resource, name, cluster);
  }

  std::shared_ptr<mirror::MirrorEngine> engine() const { return engine_.get(); }
  const std::shared_ptr<mirror::ConfigStore>& store() const { return store_; }
  /// Why nothing is mirrored; empty when it is.
  std::string trouble() const;

 private:
  MirrorService(ServiceSettings settings, const World& world, std::shared_ptr<Told> told);
  Result<void> open();
  mirror::MirrorSettings settings_of(const mirror::ConfigVersion& version) const;
  Result<void> open_share();
  Result<void> open_publisher();
  void look();
  Result<void> begin(std::shared_ptr<edge::EdgeHub> hub);
  mirror::MirrorEngine::World engine_world();
  void hear_events(const std::shared_ptr<mirror::MirrorEngine>& engine);
  std::unique_ptr<mirror::Demands> remembered_demands();
  void keep(std::vector<std::uint8_t> octets);
  std::string clusters_text() const;
  bool knows_clusters(std::string_view text) const;

  const ServiceSettings settings_;
  const World world_;
  const std::shared_ptr<Told> told_;
  Secret secret_{};
  std::shared_ptr<mirror::ConfigStore> store_;
  std::optional<mirror::SealedFile> forecasts_;
  std::unique_ptr<mirror::UpdatePublisher> elsewhere_;

  LateEngine<mirror::MirrorEngine> engine_;
  std::uint64_t seen_version_ = 0;
  std::shared_ptr<void> events_;
  std::unique_ptr<EventFile> event_file_;
  std::unique_ptr<Repeater> rounds_;  // first to end
};

}  // namespace harbinger::mirroring
